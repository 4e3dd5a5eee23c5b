import type { Outcome, ProviderHealth } from "../../../delivery/outcome.ts";
import { HOUR, MINUTE, SECOND } from "../../../lib/clock.ts";

/** What one answer means: for the message, and for the provider. */
export interface Verdict {
  outcome: Outcome;
  health: ProviderHealth;
}

type Case =
  | { kind: "retry" | "rejected" | "gone"; health: "ok" | "error"; message: string }
  /** `waitMs`: the wait where the provider names none. */
  | { kind: "deferred"; health: "ok" | "throttled"; message: string; waitMs: number };

/** A daily quota comes back within a day, or when someone raises it: looking each hour is soon enough. */
export const DAILY_QUOTA_WAIT_MS = HOUR;
export const MONTHLY_QUOTA_WAIT_MS = 6 * HOUR;
/** For a quota of the last 24 hours AWS advises to wait up to 10 minutes. */
export const ROLLING_QUOTA_WAIT_MS = 10 * MINUTE;

/** Everything that can happen to an e-mail other than being accepted. The codes are stable, the messages are our own words. */
const CASES = {
  timeout: { kind: "retry", health: "error", message: "The e-mail provider did not answer in time." },
  network_error: { kind: "retry", health: "error", message: "The e-mail provider could not be reached." },
  provider_error: { kind: "retry", health: "error", message: "The e-mail provider had an internal error." },
  bad_answer: {
    kind: "retry",
    health: "error",
    message: "The e-mail provider's answer could not be understood.",
  },
  /** The configuration can be mended, so the message is not given up; meanwhile the next provider takes over. */
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
  /** An error that is not in the documentation: it may concern this message alone, so it says nothing of the provider. */
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
  not_tried: {
    kind: "deferred",
    health: "ok",
    waitMs: SECOND,
    message: "The message was left for the next request.",
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
} as const satisfies Record<string, Case>;

export type CaseCode = keyof typeof CASES;

export const accepted = (messageId: string | null): Verdict => ({
  outcome: { kind: "accepted", messageId },
  health: { kind: "ok" },
});

/** @param afterMs the wait that the provider named (milliseconds), for those that are put off */
export function verdict(code: CaseCode, afterMs?: number): Verdict {
  const found: Case = CASES[code];
  const { message } = found;
  if (found.kind === "deferred") {
    const wait = afterMs ?? found.waitMs;
    const health: ProviderHealth =
      found.health === "throttled" ? { kind: "throttled", afterMs: wait } : { kind: "ok" };
    return { outcome: { kind: "deferred", code, message, afterMs: wait }, health };
  }
  return { outcome: { kind: found.kind, code, message }, health: { kind: found.health } };
}
