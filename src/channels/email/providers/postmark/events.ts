import { z } from "zod";
import { DISPATCH_TAG } from "../../provider.ts";
import {
  codeOf,
  namedAddress,
  timeOr,
  type FeedbackEvent,
  type FeedbackMapper,
} from "../../../feedback/event.ts";

const payload = z.object({
  RecordType: z.string(),
  MessageID: z.string().nullish(),
  Metadata: z.record(z.string(), z.unknown()).nullish(),
  /** Bounce and SpamComplaint say `Email`, Delivery and SubscriptionChange `Recipient`. */
  Email: z.string().nullish(),
  Recipient: z.string().nullish(),
  Type: z.string().nullish(),
  Inactive: z.boolean().nullish(),
  BouncedAt: z.string().nullish(),
  DeliveredAt: z.string().nullish(),
  ChangedAt: z.string().nullish(),
});

type Payload = z.output<typeof payload>;
type Part = Pick<FeedbackEvent, "kind" | "permanent" | "code">;

/** Bounce types (postmarkapp.com/developer/api/bounce-api#bounce-types) after which the message did not arrive. */
const BOUNCES = new Set([
  "HardBounce",
  "SoftBounce",
  "Transient",
  "DnsError",
  "BadEmailAddress",
  "SpamNotification",
  "VirusNotification",
  "ManuallyDeactivated",
  "Blocked",
  "DMARCPolicy",
  "Unknown",
]);
/** A delay that a server announced, or a reason unknown to Postmark. The message may have arrived all the same. */
const DOUBTFUL = new Set(["Transient", "Unknown"]);
const PERMANENT = new Set(["HardBounce", "BadEmailAddress", "ManuallyDeactivated"]);
/** Postmark gave up before it contacted a server. */
const FAILURES = new Set(["Unconfirmed", "SMTPApiError", "InboundError", "TemplateRenderingFailed"]);

function bounceOf({ Type: type, Inactive: isInactive }: Payload): Part | null {
  const name = type ?? "";
  // Older webhooks report complaints as bounces.
  if (name === "SpamComplaint") return { kind: "complained", permanent: true, code: "complaint" };
  if (FAILURES.has(name)) return { kind: "failed", permanent: false, code: codeOf(name) };
  // Other types (auto-responders, challenges, address changes, unsubscribe requests) answer a message that arrived.
  if (!BOUNCES.has(name)) return null;
  const permanent = PERMANENT.has(name) || isInactive === true;
  return {
    kind: DOUBTFUL.has(name) && !permanent ? "maybe_bounced" : "bounced",
    permanent,
    code: codeOf(name),
  };
}

function partOf(record: Payload): Part | null {
  switch (record.RecordType) {
    case "Delivery":
      return { kind: "delivered", permanent: false, code: "delivered" };
    case "SpamComplaint":
      return { kind: "complained", permanent: true, code: "complaint" };
    case "Bounce":
      return bounceOf(record);
    default:
      return null;
  }
}

/**
 * Parses Postmark's webhooks (postmarkapp.com/developer/webhooks). Open and Click give no event, nor does
 * SubscriptionChange, which only repeats a bounce or a complaint.
 */
export const postmarkEvents: FeedbackMapper = (input, receivedAt) => {
  const parsed = payload.safeParse(input);
  const part = parsed.success ? partOf(parsed.data) : null;
  if (!parsed.success || part === null) return [];
  const record = parsed.data;
  const dispatchId = record.Metadata?.[DISPATCH_TAG];
  return [
    {
      ...part,
      dispatchId: typeof dispatchId === "string" && dispatchId !== "" ? dispatchId : null,
      providerMessageId: record.MessageID ?? null,
      address: namedAddress(record.Email ?? record.Recipient),
      at: timeOr(record.BouncedAt ?? record.DeliveredAt ?? record.ChangedAt, receivedAt),
    },
  ];
};
