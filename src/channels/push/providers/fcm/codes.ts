import { MINUTE } from "../../../../lib/clock.ts";
import { type VerdictRow, verdictsOf } from "../../../send-kit/verdict.ts";

const text = (words: string) => `FCM ${words}.`;

/** Google's advice: back off for a minute at least (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode). */
const BACK_OFF_MS = MINUTE;

/** Everything that can happen to a push except that FCM takes it. The messages are our words. */
export const VERDICTS = {
  // The cause lies with Google, the network or the configuration, not with a message.
  fcm_server_error: { kind: "retry", health: "error", message: text("reported an error of its own") },
  fcm_unavailable: { kind: "retry", health: "error", message: text("is not available") },
  fcm_overloaded: {
    kind: "deferred",
    health: "throttled",
    waitMs: BACK_OFF_MS,
    message: text("is overloaded and asked to wait"),
  },
  fcm_throttled: {
    kind: "deferred",
    health: "throttled",
    waitMs: BACK_OFF_MS,
    message: text("asked to slow down"),
  },
  fcm_unreachable: { kind: "retry", health: "error", message: text("could not be reached") },
  fcm_timeout: {
    kind: "retry",
    health: "error",
    message: text("did not answer in time; it may have taken the message"),
  },
  fcm_bad_response: {
    kind: "retry",
    health: "error",
    message: text("gave an answer that could not be understood"),
  },
  fcm_unauthorized: { kind: "retry", health: "error", message: text("did not accept the access token") },
  fcm_forbidden: {
    kind: "retry",
    health: "error",
    message:
      "The service account may not send for its project: the Cloud Messaging API is off, or a role is missing.",
  },
  fcm_no_project: { kind: "retry", health: "error", message: text("does not know the project") },
  fcm_unusable_key: {
    kind: "retry",
    health: "error",
    message: "The service account's private key cannot be used.",
  },
  fcm_refused_key: {
    kind: "retry",
    health: "error",
    message: "Google gives the service account no access token: its key was deleted, or it was disabled.",
  },
  fcm_token_unreachable: {
    kind: "retry",
    health: "error",
    message: "Google's token endpoint gave no access token.",
  },
  fcm_token_timeout: {
    kind: "retry",
    health: "error",
    message: "Google's token endpoint did not answer in time.",
  },
  // Of single messages.
  device_not_registered: {
    kind: "gone",
    health: "ok",
    message: "The device no longer accepts notifications.",
  },
  fcm_invalid_token: { kind: "gone", health: "ok", message: "The device's token is not one of FCM's." },
  /** Not gone: with another project's key all tokens would be deleted. */
  fcm_mismatched_sender: {
    kind: "rejected",
    health: "ok",
    message: "The device's token belongs to another Firebase project.",
  },
  fcm_invalid_message: { kind: "rejected", health: "ok", message: text("refuses the message as malformed") },
  fcm_reserved_key: {
    kind: "rejected",
    health: "ok",
    message:
      "The data has a key that FCM keeps for itself (`from`, `message_type`, or one that begins with `google.` or `gcm.`).",
  },
  message_too_big: {
    kind: "rejected",
    health: "ok",
    message: "The notification is larger than 4,096 bytes.",
  },
  message_rate_exceeded: {
    kind: "retry",
    health: "ok",
    waitMs: BACK_OFF_MS,
    message: "The device was sent too many notifications in a short time.",
  },
  fcm_invalid_credentials: {
    kind: "rejected",
    health: "ok",
    message:
      "Apple's or the browser's push service does not accept the key that the Firebase project has for it.",
  },
} as const satisfies Record<string, VerdictRow>;

export type FcmCode = keyof typeof VERDICTS;

/** Whether a text is one of the codes. */
export const isFcmCode = (code: string): code is FcmCode => Object.hasOwn(VERDICTS, code);

/** The verdict of a code. */
export const verdict = verdictsOf(VERDICTS);
