import { segmentsOf } from "../../channels/sms/segments.ts";

/** How a text message counts, and what makes it longer than it looks. */
export function SegmentCount({ text }: { text: string }) {
  const { encoding, units, segments, costly } = segmentsOf(text);
  return (
    <p class="small muted">
      {segments} {segments === 1 ? "segment" : "segments"}, {units} {units === 1 ? "unit" : "units"} of{" "}
      {encoding === "gsm7" ? "GSM-7" : "UCS-2"}
      {costly.length > 0 &&
        `: ${costly.join(" ")} ${costly.length === 1 ? "is" : "are"} not in GSM's alphabet`}
    </p>
  );
}
