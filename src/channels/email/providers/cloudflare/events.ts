import { z } from "zod";
import {
  codeOf,
  namedAddress,
  timeOr,
  type FeedbackEvent,
  type FeedbackMapper,
} from "../../../feedback/event.ts";

const payload = z.object({
  type: z.string(),
  payload: z.object({
    messageId: z.string().min(1),
    recipient: z.string().nullish(),
    bounce: z.object({ type: z.string().nullish(), classification: z.string().nullish() }).nullish(),
    failure: z.object({ reason: z.string().nullish() }).nullish(),
    rejection: z.object({ reason: z.string().nullish() }).nullish(),
  }),
  metadata: z.object({ eventTimestamp: z.string().nullish() }).nullish(),
});

type Payload = z.output<typeof payload>;

const PREFIX = "cf.email.sending.message.";

function partOf({
  type,
  payload: event,
}: Payload): Pick<FeedbackEvent, "kind" | "permanent" | "code"> | null {
  switch (type.startsWith(PREFIX) ? type.slice(PREFIX.length) : "") {
    case "delivered":
      return { kind: "delivered", permanent: false, code: "delivered" };
    case "bounced":
      // Soft bounces and automatic replies look the same.
      return {
        kind: event.bounce?.type === "soft" ? "maybe_bounced" : "bounced",
        permanent: event.bounce?.type === "hard",
        code: codeOf(event.bounce?.type, event.bounce?.classification),
      };
    case "rejected": {
      // Cloudflare's list also holds soft bounces, for a day. The bounce that put the address there had its own event.
      const isSuppressed = event.rejection?.reason === "suppressed";
      const code = codeOf(
        isSuppressed ? "suppressed" : "rejected",
        isSuppressed ? null : event.rejection?.reason,
      );
      return { kind: isSuppressed ? "bounced" : "failed", permanent: false, code };
    }
    case "failed":
      return { kind: "failed", permanent: false, code: codeOf(event.failure?.reason ?? "failed") };
    case "complained":
      return { kind: "complained", permanent: true, code: "complaint" };
    default:
      return null;
  }
}

/**
 * Parses Cloudflare's e-mail events from their queue (developers.cloudflare.com/queues/event-subscriptions/events-schemas/).
 * They carry no tags, so a dispatch is found by the message's id. `deferred` gives no event.
 */
export const cloudflareEvents: FeedbackMapper = (input, receivedAt) => {
  const parsed = payload.safeParse(input);
  const part = parsed.success ? partOf(parsed.data) : null;
  if (!parsed.success || part === null) return [];
  const { payload: event, metadata } = parsed.data;
  return [
    {
      ...part,
      dispatchId: null,
      providerMessageId: event.messageId,
      address: namedAddress(event.recipient),
      at: timeOr(metadata?.eventTimestamp, receivedAt),
    },
  ];
};
