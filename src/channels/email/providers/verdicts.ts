import { HOUR, MINUTE, SECOND } from "../../../lib/clock.ts";
import { type Answer, retryAfterMs } from "../../send-kit/http.ts";
import { type ProviderVerdict, type VerdictRow, verdictsOf } from "../../send-kit/verdict.ts";
import type { ProviderProbe } from "../provider.ts";

/** After a daily quota is used up: it comes back within a day or when someone raises it, so a try each hour is enough. */
export const DAILY_QUOTA_WAIT_MS = HOUR;
export const MONTHLY_QUOTA_WAIT_MS = 6 * HOUR;
/** After a quota over the last 24 hours is used up: AWS advises waiting up to 10 minutes. */
export const ROLLING_QUOTA_WAIT_MS = 10 * MINUTE;

/** The meaning of each error code. */
const VERDICTS = {
  timeout: { kind: "retry", health: "error", message: "The e-mail provider did not answer in time." },
  network_error: { kind: "retry", health: "error", message: "The e-mail provider could not be reached." },
  provider_error: { kind: "retry", health: "error", message: "The e-mail provider had an internal error." },
  bad_answer: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider's answer could not be understood.",
  },
  /** Retried, because someone may correct the configuration. Meanwhile the next provider takes over. */
  provider_credentials: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider did not accept our credentials.",
  },
  provider_account: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider has stopped our account from sending.",
  },
  provider_configuration: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider is not set up as configured.",
  },
  sender_not_verified: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider has not verified the sender.",
  },
  /** An undocumented error. It may concern only this message, so it does not count against the provider. */
  unknown_error: {
    kind: "retry",
    health: "ok",
    message: "The e-mail provider answered with an unknown error.",
  },
  delivery_failed: {
    kind: "retry",
    health: "ok",
    message: "The e-mail provider could not deliver the message.",
  },
  rate_limited: {
    kind: "deferred",
    health: "throttled",
    waitMs: 5 * SECOND,
    message: "The e-mail provider asked us to slow down.",
  },
  quota_exceeded: {
    kind: "deferred",
    health: "throttled",
    waitMs: DAILY_QUOTA_WAIT_MS,
    message: "The e-mail provider's quota is used up.",
  },
  in_progress: {
    kind: "deferred",
    health: "ok",
    waitMs: 10 * SECOND,
    message: "The same message is already being handed over.",
  },
  message_rejected: { kind: "rejected", health: "ok", message: "The e-mail provider rejected the message." },
  message_too_big: {
    kind: "rejected",
    health: "ok",
    message: "The message is too big for the e-mail provider.",
  },
  invalid_message: {
    kind: "rejected",
    health: "ok",
    message: "The e-mail provider found the message invalid.",
  },
  invalid_sender: { kind: "rejected", health: "ok", message: "The sender is not a valid e-mail address." },
  invalid_recipient: {
    kind: "rejected",
    health: "ok",
    message: "The recipient is not a valid e-mail address.",
  },
  unsupported_recipient: {
    kind: "rejected",
    health: "ok",
    message: "The e-mail provider takes only addresses that are ASCII before the @.",
  },
  invalid_subject: {
    kind: "rejected",
    health: "ok",
    message: "The subject is empty or has more than one line.",
  },
  invalid_header: { kind: "rejected", health: "ok", message: "A header of the message is not allowed." },
  recipient_not_allowed: {
    kind: "rejected",
    health: "ok",
    message: "The e-mail provider may not send to this recipient.",
  },
  suppressed: { kind: "gone", health: "ok", message: "The e-mail provider no longer sends to this address." },
} as const satisfies Record<string, VerdictRow>;

export type EmailCode = keyof typeof VERDICTS;

/** The verdict of a code. */
export const verdict = verdictsOf(VERDICTS);

/** Answers that mean the same for every provider: no answer, 401, 403, 408, 413, 429, 5xx. Undefined for all others. */
export function commonVerdict(answer: Answer, now: number): ProviderVerdict | undefined {
  if (answer.kind === "silence") return verdict(answer.code);
  if (answer.status === 401 || answer.status === 403) return verdict("provider_credentials");
  if (answer.status === 408) return verdict("timeout");
  if (answer.status === 413) return verdict("message_too_big");
  if (answer.status === 429) return verdict("rate_limited", retryAfterMs(answer.headers, now));
  if (answer.status >= 500) return verdict("provider_error");
  return undefined;
}

/**
 * Interprets the answer of an account endpoint.
 * @param read interprets the body of a 200; null when the body makes no sense
 */
export function probeOf(answer: Answer, read: (body: unknown) => ProviderProbe | null): ProviderProbe {
  if (answer.kind === "silence") return { kind: "unreachable", code: answer.code };
  if (answer.status >= 500) return { kind: "unreachable", code: "provider_error" };
  if (answer.status === 401 || answer.status === 403)
    return { kind: "degraded", code: "provider_credentials" };
  if (answer.status === 429) return { kind: "degraded", code: "rate_limited" };
  const probe = answer.status === 200 ? read(answer.body) : null;
  return probe ?? { kind: "unreachable", code: "bad_answer" };
}
