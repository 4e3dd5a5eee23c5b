import { z } from "zod";
import { type FeedbackEvent, type FeedbackMapper } from "../../../feedback/event.ts";
import type { InboundText } from "../../inbound-text.ts";
import { OPTED_OUT } from "../verdicts.ts";
import { DISPATCH } from "./mapping.ts";

const report = z.object({
  MessageSid: z.string(),
  MessageStatus: z.string(),
  To: z.string().nullish(),
  ErrorCode: z.string().nullish(),
  [DISPATCH]: z.uuid().nullish().catch(null),
});

type Part = Pick<FeedbackEvent, "kind" | "permanent" | "optedOut" | "code">;

/** Why a message did not arrive (www.twilio.com/docs/api/errors, 30003 and on). `permanent`: the number gets none. */
const REASONS: Readonly<Record<string, { code: string; permanent?: true; optedOut?: true }>> = {
  21610: { code: OPTED_OUT, permanent: true, optedOut: true },
  30003: { code: "unreachable_handset" },
  30004: { code: "blocked" },
  30005: { code: "unknown_handset", permanent: true },
  30006: { code: "landline_or_unreachable_carrier", permanent: true },
  30007: { code: "carrier_filtered" },
  30008: { code: "unknown_error" },
  30034: { code: "unregistered_sender" },
  30036: { code: "validity_period_expired" },
};

/** `sent`: the nearest carrier has it, which says nothing of the handset. Statuses before it say even less. */
function partOf(status: string, errorCode: string | null | undefined): Part | null {
  if (status === "delivered") return { kind: "delivered", permanent: false, code: "delivered" };
  if (status !== "undelivered" && status !== "failed") return null;
  const { code, permanent = false, ...more } = REASONS[errorCode ?? ""] ?? { code: "unknown_error" };
  // A permanent reason counts as a bounce whichever way Twilio learnt it, so that the number is suppressed.
  return { kind: status === "failed" && !permanent ? "failed" : "bounced", permanent, code, ...more };
}

/** Parses Twilio's status callbacks (www.twilio.com/docs/messaging/guides/track-outbound-message-status). They have no time. */
export const twilioEvents: FeedbackMapper = (payload, receivedAt) => {
  const parsed = report.safeParse(payload);
  const part = parsed.success ? partOf(parsed.data.MessageStatus, parsed.data.ErrorCode) : null;
  if (!parsed.success || part === null) return [];
  const { MessageSid: sid, To: to, [DISPATCH]: dispatchId } = parsed.data;
  return [
    {
      ...part,
      dispatchId: dispatchId ?? null,
      providerMessageId: sid,
      address: to ?? null,
      at: receivedAt,
      untimed: true,
    },
  ];
};

const inbound = z.object({
  MessageSid: z.string().min(1).max(100),
  From: z.string().regex(/^\+[1-9]\d{6,14}$/),
  Body: z.string(),
  SmsStatus: z.literal("received"),
  /** What Advanced Opt-Out has made of it, and answered. */
  OptOutType: z.string().nullish(),
});

/** The words of Advanced Opt-Out may be the customer's own, so Twilio says which it was. */
const OPT_OUTS: Readonly<Record<string, string>> = { STOP: "STOP", START: "START", HELP: "HELP" };

/** The text message that somebody has sent; null in a status callback. */
export function twilioInbound(payload: unknown, receivedAt: number): InboundText | null {
  const { data } = inbound.safeParse(payload);
  if (data === undefined) return null;
  const known = OPT_OUTS[data.OptOutType ?? ""];
  return {
    id: data.MessageSid,
    from: data.From,
    text: known ?? data.Body,
    isAnswered: known !== undefined,
    at: receivedAt,
  };
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The answer to a text message, as TwiML. */
export const twiml = (text: string | null): { body: string; type: string } => ({
  body: `<?xml version="1.0" encoding="UTF-8"?><Response>${text === null ? "" : `<Message>${escaped(text)}</Message>`}</Response>`,
  type: "text/xml; charset=UTF-8",
});
