// Always the polyfill, never the runtime's own Temporal, so that what is tested is what runs.
import { Temporal } from "temporal-polyfill/implementation";

/** A user's IANA time zone as stored: one that is null or unknown to the runtime counts as UTC. */
export type Zone = string | null;

// Intl and Temporal also take offsets ("+05:30") and whole timestamps, which are no zones: they know no summer time.
const IANA_NAME = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

// A look-up is slow (an Intl formatter, or an exception), so answers are kept. Names come from outside, so their number is bounded.
const MAX_KNOWN = 2_000;
const known = new Map<string, boolean>();

/** Whether `text` is a time zone name of the IANA database (links and any case included) that this runtime knows. */
export function isTimeZone(text: string): boolean {
  const cached = known.get(text);
  if (cached !== undefined) return cached;
  if (known.size >= MAX_KNOWN) known.clear();
  const answer = IANA_NAME.test(text) && resolves(text);
  known.set(text, answer);
  return answer;
}

/** `zone`, or "UTC" when it is null or not a time zone. */
export const zoneOrUtc = (zone: Zone): string => (zone !== null && isTimeZone(zone) ? zone : "UTC");

function resolves(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
