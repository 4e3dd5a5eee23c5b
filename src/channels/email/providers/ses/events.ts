import { z } from "zod";
import { DISPATCH_TAG } from "../../provider.ts";
import {
  codeOf,
  mayBeReply,
  namedAddress,
  timeOr,
  type FeedbackEvent,
  type FeedbackMapper,
} from "../../../feedback/event.ts";

const recipients = z.array(z.object({ emailAddress: z.string() }));

/** Event publishing has `eventType` and tags; an identity's feedback has `notificationType` and no tags. */
const payload = z.object({
  eventType: z.string().nullish(),
  notificationType: z.string().nullish(),
  mail: z.object({
    messageId: z.string().min(1),
    destination: z.array(z.string()).nullish(),
    tags: z.record(z.string(), z.array(z.string())).nullish(),
  }),
  bounce: z
    .object({
      bounceType: z.string(),
      bounceSubType: z.string().nullish(),
      bouncedRecipients: recipients,
      timestamp: z.string().nullish(),
      feedbackId: z.string().nullish(),
    })
    .nullish(),
  complaint: z
    .object({
      complainedRecipients: recipients,
      complaintSubType: z.string().nullish(),
      complaintFeedbackType: z.string().nullish(),
      timestamp: z.string().nullish(),
    })
    .nullish(),
  delivery: z.object({ recipients: z.array(z.string()), timestamp: z.string().nullish() }).nullish(),
});

type Payload = z.output<typeof payload>;
type Part = Pick<FeedbackEvent, "kind" | "permanent" | "code"> & {
  addresses: readonly string[];
  at: string | null;
};

const addressesOf = (list: readonly { emailAddress: string }[]) => list.map((one) => one.emailAddress);

/** Account-level and global suppression lists hold hard bounces and complaints only. */
const SUPPRESSED = new Set(["Suppressed", "OnAccountSuppressionList"]);

function partOf({ eventType, notificationType, mail, bounce, complaint, delivery }: Payload): Part | null {
  const failed = (code: string): Part => ({
    kind: "failed",
    permanent: false,
    code,
    addresses: mail.destination ?? [],
    at: null,
  });
  switch (eventType ?? notificationType ?? "") {
    case "Bounce": {
      if (!bounce) return null;
      const isSuppressed = SUPPRESSED.has(bounce.bounceSubType ?? "");
      return {
        kind: mayBeReply(bounce.bounceType, bounce.bounceSubType) ? "maybe_bounced" : "bounced",
        permanent: bounce.bounceType === "Permanent",
        code: isSuppressed ? "suppressed" : codeOf(bounce.bounceType, bounce.bounceSubType),
        addresses: addressesOf(bounce.bouncedRecipients),
        at: bounce.timestamp ?? null,
      };
    }
    case "Complaint":
      // "not-spam": the recipient took the message out of the spam folder (RFC 5965, §7.3).
      if (!complaint || complaint.complaintFeedbackType === "not-spam") return null;
      return {
        kind: "complained",
        permanent: true,
        code: SUPPRESSED.has(complaint.complaintSubType ?? "")
          ? "suppressed"
          : codeOf("complaint", complaint.complaintFeedbackType),
        addresses: addressesOf(complaint.complainedRecipients),
        at: complaint.timestamp ?? null,
      };
    case "Delivery":
      return delivery
        ? {
            kind: "delivered",
            permanent: false,
            code: "delivered",
            addresses: delivery.recipients,
            at: delivery.timestamp ?? null,
          }
        : null;
    case "Reject":
      return failed("rejected");
    case "Rendering Failure":
      return failed("rendering_failure");
    default:
      return null;
  }
}

/**
 * Parses the JSON in an SNS notification's `Message` (ses/latest/dg/event-publishing-retrieving-sns-contents): one event for
 * each recipient. Ignores types that change nothing (Send, Open, Click, DeliveryDelay, Subscription) and unknown ones.
 */
export const sesEvents: FeedbackMapper = (input, receivedAt) => {
  const parsed = payload.safeParse(input);
  const part = parsed.success ? partOf(parsed.data) : null;
  if (!parsed.success || part === null) return [];
  const { mail } = parsed.data;
  const addresses: readonly (string | null)[] = part.addresses.length === 0 ? [null] : part.addresses;
  return addresses.map((address) => ({
    kind: part.kind,
    permanent: part.permanent,
    dispatchId: mail.tags?.[DISPATCH_TAG]?.[0] ?? null,
    providerMessageId: mail.messageId,
    address: namedAddress(address),
    at: timeOr(part.at, receivedAt),
    code: part.code,
  }));
};
