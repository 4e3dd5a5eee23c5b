import { formatAddress, type MessageLimits } from "../../headers.ts";
import { type Answer, member, stringMember, retryAfterMs } from "../../../send-kit/http.ts";
import { accepted, lookUp, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { DISPATCH_TAG, type EmailMessage, type ProviderProbe } from "../../provider.ts";
import {
  commonVerdict,
  DAILY_QUOTA_WAIT_MS,
  type EmailCode,
  MONTHLY_QUOTA_WAIT_MS,
  probeOf,
  verdict,
} from "../verdicts.ts";

/** Resend sends through SES and documents no limits of its own for headers: these are those of a header line. */
export const RESEND_LIMITS: MessageLimits = {
  asciiLocalPart: true,
  headers: 50,
  headerName: 76,
  headerValue: 870,
};

/** A message of POST /emails and of /emails/batch. */
export const toResend = (message: EmailMessage) => ({
  from: formatAddress(message.from, "utf8"),
  to: [formatAddress(message.to, "utf8")],
  ...(message.replyTo !== null && { reply_to: message.replyTo }),
  subject: message.subject,
  html: message.html,
  text: message.text,
  headers: message.headers,
  tags: [{ name: DISPATCH_TAG, value: message.dispatchId }],
});

/** Error names (resend.com/docs/api-reference/errors), and older ones that SDKs still list. */
const ERRORS: Readonly<Record<string, EmailCode>> = {
  validation_error: "invalid_message",
  invalid_attachment: "invalid_message",
  invalid_parameter: "invalid_message",
  missing_required_field: "invalid_message",
  missing_required_parameter: "invalid_message",
  invalid_to_address: "invalid_message",
  invalid_from_address: "sender_not_verified",
  invalid_idempotency_key: "unknown_error",
  missing_api_key: "provider_credentials",
  invalid_api_key: "provider_credentials",
  restricted_api_key: "provider_credentials",
  invalid_permission: "provider_credentials",
  suspended_api_key: "provider_account",
  not_found: "provider_configuration",
  method_not_allowed: "provider_configuration",
  concurrent_idempotent_requests: "in_progress",
  resource_locked: "in_progress",
  security_error: "message_rejected",
  application_error: "provider_error",
  internal_server_error: "provider_error",
  service_unavailable: "provider_error",
};

/** Of the rate-limit headers only Retry-After counts for a quota: the others are about requests a second. */
const quotaWait = (answer: Answer & { kind: "answer" }, now: number, least: number): number => {
  const asked = answer.headers.has("retry-after") ? retryAfterMs(answer.headers, now) : undefined;
  return Math.max(asked ?? 0, least);
};

function failure(answer: Answer & { kind: "answer" }, now: number): ProviderVerdict {
  const name = stringMember(answer.body, "name") ?? "";
  // The key was used with another payload, so Resend has sent the message already. It counts as accepted.
  if (name === "invalid_idempotent_request") return accepted(null);
  if (name === "daily_quota_exceeded")
    return verdict("quota_exceeded", quotaWait(answer, now, DAILY_QUOTA_WAIT_MS));
  if (name === "monthly_quota_exceeded")
    return verdict("quota_exceeded", quotaWait(answer, now, MONTHLY_QUOTA_WAIT_MS));
  // With 403 this name means: the domain is not verified, or it is a test domain that may write only to its owner.
  if (name === "validation_error" && answer.status === 403) return verdict("sender_not_verified");
  const found = lookUp(ERRORS, name);
  if (found !== undefined) return verdict(found);
  return commonVerdict(answer, now) ?? verdict(name === "" ? "bad_answer" : "unknown_error");
}

/** The ids of an accepted request: `{ id }` of a single message, `{ data: [{ id }] }` of a batch, in order. */
function idsOf(body: unknown, isBatch: boolean): (string | undefined)[] {
  if (!isBatch) return [stringMember(body, "id")];
  const data = member(body, "data");
  return Array.isArray(data) ? data.map((one: unknown) => stringMember(one, "id")) : [];
}

/** The verdict for each of `count` messages of one request. One message goes to /emails, more go to /emails/batch. */
export function fromResend(answer: Answer, count: number, now: number): ProviderVerdict[] {
  const all = (one: ProviderVerdict) => Array.from({ length: count }, () => one);
  if (answer.kind === "silence") return all(verdict(answer.code));
  if (answer.status < 200 || answer.status >= 300) return all(failure(answer, now));
  const ids = idsOf(answer.body, count > 1);
  return ids.length === count
    ? ids.map((id) => (id === undefined ? verdict("bad_answer") : accepted(id)))
    : all(verdict("bad_answer"));
}

/** Interprets GET /domains. */
export function probeOfResend(answer: Answer): ProviderProbe {
  // A key that may only send (as advised) gets 401 here. The answer still shows that Resend knows the key.
  if (answer.kind === "answer" && answer.status === 401)
    if (stringMember(answer.body, "name") === "restricted_api_key") return { kind: "ok" };
  return probeOf(answer, (body) => {
    const domains = member(body, "data");
    if (!Array.isArray(domains)) return null;
    const canSend = domains.some((domain: unknown) => stringMember(domain, "status") === "verified");
    return canSend ? { kind: "ok" } : { kind: "degraded", code: "sender_not_verified" };
  });
}
