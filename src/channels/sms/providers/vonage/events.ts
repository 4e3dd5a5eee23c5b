import { z } from "zod";
import { type FeedbackEvent, type FeedbackMapper, timeOr } from "../../../feedback/event.ts";
import type { InboundText } from "../../inbound-text.ts";
import { OPTED_OUT } from "../verdicts.ts";

const report = z.object({
  message_uuid: z.string(),
  status: z.string(),
  to: z.string().nullish(),
  client_ref: z.uuid().nullish().catch(null),
  timestamp: z.string().nullish(),
  error: z.object({ title: z.coerce.string().nullish(), type: z.string().nullish() }).nullish(),
});

type Part = Pick<FeedbackEvent, "kind" | "permanent" | "optedOut" | "code">;

/** Why a message did not arrive (developer.vonage.com/api-errors/messages). `permanent`: the number gets none. */
const REASONS: Readonly<Record<string, { code: string; permanent?: true; optedOut?: true }>> = {
  1040: { code: "invalid_recipient", permanent: true },
  1050: { code: "number_barred" },
  1170: { code: "invalid_recipient", permanent: true },
  1180: { code: "absent_subscriber_temporary" },
  1190: { code: "absent_subscriber_permanent", permanent: true },
  1200: { code: "portability_error" },
  1210: { code: "carrier_filtered" },
  1220: { code: "handset_busy" },
  1230: { code: "network_error" },
  1240: { code: OPTED_OUT, permanent: true, optedOut: true },
  1260: { code: "unreachable_handset" },
};

/** `submitted`: the carrier has it, which says nothing of the handset. */
function partOf(status: string, error: string): Part | null {
  if (status === "delivered") return { kind: "delivered", permanent: false, code: "delivered" };
  if (status !== "rejected" && status !== "undeliverable") return null;
  const { code, permanent = false, ...more } = REASONS[error] ?? { code: "unknown_error" };
  return { kind: status === "rejected" && !permanent ? "failed" : "bounced", permanent, code, ...more };
}

/** The code of an error: its title is a number, or its type ends with one. */
const codeOf = (error: z.output<typeof report>["error"]): string =>
  /(\d{4})$/.exec(error?.type ?? "")?.[1] ?? error?.title ?? "";

const numberOf = (text: string): string => (text.startsWith("+") ? text : `+${text}`);

/** Parses the Message Status webhook of the Messages API. */
export const vonageEvents: FeedbackMapper = (payload, receivedAt) => {
  const parsed = report.safeParse(payload);
  const part = parsed.success ? partOf(parsed.data.status, codeOf(parsed.data.error)) : null;
  if (!parsed.success || part === null) return [];
  const { message_uuid, client_ref, to, timestamp } = parsed.data;
  return [
    {
      ...part,
      dispatchId: client_ref ?? null,
      providerMessageId: message_uuid,
      address: to == null ? null : numberOf(to),
      at: timeOr(timestamp, receivedAt),
    },
  ];
};

const inbound = z.object({
  channel: z.literal("sms"),
  message_uuid: z.string().min(1).max(100),
  from: z.string().regex(/^\+?[1-9]\d{6,14}$/),
  text: z.string(),
  timestamp: z.string().nullish(),
  // A report has one, and no text of a sender.
  status: z.undefined().optional(),
});

/** The text message that somebody has sent; null in a report. */
export function vonageInbound(payload: unknown, receivedAt: number): InboundText | null {
  const { data } = inbound.safeParse(payload);
  if (data === undefined) return null;
  const at = Math.min(receivedAt, timeOr(data.timestamp, receivedAt));
  return { id: data.message_uuid, from: numberOf(data.from), text: data.text, isAnswered: false, at };
}
