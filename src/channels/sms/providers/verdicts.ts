import { HOUR, MINUTE, SECOND } from "../../../lib/clock.ts";
import { type Answer, retryAfterMs } from "../../send-kit/http.ts";
import { type ProviderVerdict, type VerdictRow, verdictsOf } from "../../send-kit/verdict.ts";

/** The meaning of each error code. */
const VERDICTS = {
  /** Nobody knows whether the provider took it, and no SMS service takes an idempotency key: a repeat may arrive twice. */
  timeout: { kind: "retry", health: "error", message: "The SMS provider did not answer in time." },
  network_error: { kind: "retry", health: "error", message: "The SMS provider could not be reached." },
  provider_error: { kind: "retry", health: "error", message: "The SMS provider had an internal error." },
  bad_answer: {
    kind: "retry",
    health: "error",
    message: "The SMS provider's answer could not be understood.",
  },
  /** Retried, because someone may correct the configuration. Meanwhile the next provider takes over. */
  provider_credentials: {
    kind: "retry",
    health: "error",
    message: "The SMS provider did not accept our credentials.",
  },
  provider_account: {
    kind: "retry",
    health: "error",
    message: "The SMS provider has stopped our account from sending.",
  },
  invalid_sender: {
    kind: "retry",
    health: "error",
    message: "The SMS provider does not send from the configured sender.",
  },
  /** The sender cannot reach this number; that of another provider may. */
  no_route: { kind: "retry", health: "ok", message: "The SMS provider has no route to the number." },
  /** An undocumented error. It may concern only this message, so it does not count against the provider. */
  unknown_error: {
    kind: "retry",
    health: "ok",
    message: "The SMS provider answered with an unknown error.",
  },
  rate_limited: {
    kind: "deferred",
    health: "throttled",
    waitMs: 5 * SECOND,
    message: "The SMS provider asked us to slow down.",
  },
  queue_full: {
    kind: "deferred",
    health: "throttled",
    waitMs: 5 * MINUTE,
    message: "The SMS provider's queue is full.",
  },
  quota_exceeded: {
    kind: "deferred",
    health: "throttled",
    waitMs: HOUR,
    message: "The SMS provider's quota or our credit is used up.",
  },
  invalid_recipient: { kind: "rejected", health: "ok", message: "The number cannot get text messages." },
  recipient_not_allowed: {
    kind: "rejected",
    health: "ok",
    message: "The SMS provider may not send to this number.",
  },
  country_not_enabled: {
    kind: "rejected",
    health: "ok",
    message: "The SMS provider's account may not send to this country.",
  },
  message_too_long: {
    kind: "rejected",
    health: "ok",
    message: "The text is too long for the SMS provider.",
  },
  invalid_message: {
    kind: "rejected",
    health: "ok",
    message: "The SMS provider found the message invalid.",
  },
  unsubscribed: { kind: "gone", health: "ok", message: "The number's owner has unsubscribed." },
} as const satisfies Record<string, VerdictRow>;

export type SmsCode = keyof typeof VERDICTS;

/** The code of a number whose owner wants no text messages, by what the provider says. */
export const OPTED_OUT = "unsubscribed" satisfies SmsCode;

/** The verdict of a code. */
export const verdict = verdictsOf(VERDICTS);

/** Answers that mean the same for every provider: no answer, 401, 403, 408, 429, 5xx. Undefined for all others. */
export function commonVerdict(answer: Answer, now: number): ProviderVerdict | undefined {
  if (answer.kind === "silence") return verdict(answer.code);
  if (answer.status === 401 || answer.status === 403) return verdict("provider_credentials");
  if (answer.status === 408) return verdict("timeout");
  if (answer.status === 429) return verdict("rate_limited", retryAfterMs(answer.headers, now));
  if (answer.status >= 500) return verdict("provider_error");
  return undefined;
}
