import { MINUTE } from "../../../../lib/clock.ts";
import { type VerdictRow, verdictsOf } from "../../../send-kit/verdict.ts";

const text = (words: string) => `The browser's push service ${words}.`;

/** Everything that can happen to a push except that the push service takes it. The messages are our words. */
const VERDICTS = {
  webpush_server_error: { kind: "retry", health: "error", message: text("reported an error of its own") },
  webpush_unreachable: { kind: "retry", health: "error", message: text("could not be reached") },
  webpush_timeout: {
    kind: "retry",
    health: "error",
    message: text("did not answer in time; it may have taken the message"),
  },
  webpush_bad_response: {
    kind: "retry",
    health: "error",
    message: text("gave an answer that could not be understood"),
  },
  /** The subscription stays: the fault is ours, and passes when it is mended. */
  webpush_unauthorized: {
    kind: "retry",
    health: "error",
    message: text("did not accept our VAPID token: its keys, its subject or the time"),
  },
  webpush_unusable_keys: {
    kind: "retry",
    health: "error",
    message: "The VAPID keys of this app are not a pair that can sign.",
  },
  /** The subscription stays: the former keys may come back. */
  webpush_other_key: {
    kind: "rejected",
    health: "ok",
    message: "The browser has subscribed with another VAPID key: it must subscribe again.",
  },
  webpush_throttled: {
    kind: "deferred",
    health: "throttled",
    waitMs: MINUTE,
    message: text("asked to slow down"),
  },
  /** Sending it would cost the subscription: browsers take it away from a page that shows nothing. */
  webpush_silent: {
    kind: "rejected",
    health: "ok",
    message: "A browser must show every push, so that a silent one is not sent to it.",
  },
  webpush_invalid_keys: { kind: "gone", health: "ok", message: "The subscription's keys are not valid." },
  webpush_endpoint_refused: {
    kind: "rejected",
    health: "ok",
    message: "The subscription's endpoint is not of a push service that is allowed here.",
  },
  device_not_registered: { kind: "gone", health: "ok", message: "The browser has unsubscribed." },
  message_too_big: {
    kind: "rejected",
    health: "ok",
    message: "The notification is larger than 4,096 bytes when it is encrypted.",
  },
} as const satisfies Record<string, VerdictRow>;

export const verdict = verdictsOf(VERDICTS);
