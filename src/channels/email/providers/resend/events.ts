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

const payload = z.object({
  type: z.string(),
  created_at: z.string().nullish(),
  data: z.object({
    email_id: z.string().min(1),
    to: z.union([z.array(z.string()), z.string()]).nullish(),
    tags: z.record(z.string(), z.string()).nullish().catch(null),
    bounce: z.object({ type: z.string().nullish(), subType: z.string().nullish() }).nullish(),
    failed: z.object({ reason: z.string().nullish() }).nullish(),
  }),
});

type Payload = z.output<typeof payload>;

const SUPPRESSED = new Set(["Suppressed", "OnAccountSuppressionList"]);

function partOf({ type, data }: Payload): Pick<FeedbackEvent, "kind" | "permanent" | "code"> | null {
  switch (type) {
    case "email.delivered":
      return { kind: "delivered", permanent: false, code: "delivered" };
    case "email.bounced": {
      const { type: bounceType, subType } = data.bounce ?? {};
      const code = SUPPRESSED.has(subType ?? "") ? "suppressed" : codeOf(bounceType, subType);
      const kind = mayBeReply(bounceType, subType) ? "maybe_bounced" : "bounced";
      return { kind, permanent: bounceType === "Permanent", code };
    }
    case "email.suppressed":
      // Resend's list holds hard bounces and complaints.
      return { kind: "bounced", permanent: true, code: "suppressed" };
    case "email.complained":
      return { kind: "complained", permanent: true, code: "complaint" };
    case "email.failed":
      return { kind: "failed", permanent: false, code: codeOf(data.failed?.reason ?? "failed") };
    default:
      return null;
  }
}

/**
 * Parses Resend's webhooks (resend.com/docs/webhooks/event-types). Ignores events that change nothing: sent, opened,
 * clicked, delivery_delayed, and those that are not about e-mails.
 */
export const resendEvents: FeedbackMapper = (input, receivedAt) => {
  const parsed = payload.safeParse(input);
  const part = parsed.success ? partOf(parsed.data) : null;
  if (!parsed.success || part === null) return [];
  const { created_at, data } = parsed.data;
  const [address = null] = typeof data.to === "string" ? [data.to] : (data.to ?? []);
  return [
    {
      ...part,
      dispatchId: data.tags?.[DISPATCH_TAG] ?? null,
      providerMessageId: data.email_id,
      address: namedAddress(address),
      at: timeOr(created_at, receivedAt),
    },
  ];
};
