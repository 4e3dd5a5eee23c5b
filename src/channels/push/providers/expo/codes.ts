import { MINUTE } from "../../../../lib/clock.ts";
import { lookUp, type VerdictRow, verdictsOf } from "../../../send-kit/verdict.ts";

const text = (words: string) => `Expo's push service ${words}.`;

/** Everything that can happen to a push except that Expo takes it. The messages are our words: Expo's own quote tokens. */
export const VERDICTS = {
  // The cause lies with Expo, the network or the configuration, not with a message.
  expo_server_error: { kind: "retry", health: "error", message: text("reported an error of its own") },
  expo_unreachable: { kind: "retry", health: "error", message: text("could not be reached") },
  expo_timeout: {
    kind: "retry",
    health: "error",
    message: text("did not answer in time; it may have taken the message"),
  },
  expo_bad_response: {
    kind: "retry",
    health: "error",
    message: text("gave an answer that could not be understood"),
  },
  expo_unauthorized: { kind: "retry", health: "error", message: text("did not accept the access token") },
  expo_throttled: {
    kind: "deferred",
    health: "throttled",
    waitMs: MINUTE,
    message: text("asked to slow down"),
  },
  expo_unfinished: {
    kind: "retry",
    health: "ok",
    message: text("wanted the messages in smaller groups, and there was no time for all of them"),
  },
  expo_invalid_message: {
    kind: "rejected",
    health: "ok",
    message: text("refuses the message as malformed"),
  },
  // Of single tickets and receipts.
  device_not_registered: {
    kind: "gone",
    health: "ok",
    message: "The device no longer accepts notifications.",
  },
  message_too_big: {
    kind: "rejected",
    health: "ok",
    message: "The notification is larger than 4,096 bytes.",
  },
  message_rate_exceeded: {
    kind: "retry",
    health: "ok",
    waitMs: MINUTE,
    message: "The device was sent too many notifications in a short time.",
  },
  expo_mismatched_sender: {
    kind: "rejected",
    health: "ok",
    message: "The app's FCM credentials belong to another sender.",
  },
  expo_invalid_credentials: {
    kind: "rejected",
    health: "ok",
    message: "The app's push credentials are not valid.",
  },
  expo_developer_error: {
    kind: "rejected",
    health: "ok",
    message: text("says that the app is set up wrongly"),
  },
  expo_internal_error: { kind: "retry", health: "ok", message: text("failed to handle the notification") },
  expo_upstream_error: {
    kind: "retry",
    health: "ok",
    message: "Apple's or Google's push service failed to take the notification from Expo.",
  },
  /** Retried: a new code may well stand for a passing failure, and the attempts are bounded anyway. */
  expo_unknown_error: {
    kind: "retry",
    health: "ok",
    message: text("gave an error that is not known here"),
  },
} as const satisfies Record<string, VerdictRow>;

export type ExpoCode = keyof typeof VERDICTS;

/** The verdict of a code. */
export const verdict = verdictsOf(VERDICTS);

/**
 * The errors of single tickets and receipts that Expo documents or its server SDK declares
 * (https://docs.expo.dev/push-notifications/sending-notifications/#individual-errors).
 */
const TICKET_ERRORS = {
  DeviceNotRegistered: "device_not_registered",
  MessageTooBig: "message_too_big",
  MessageRateExceeded: "message_rate_exceeded",
  MismatchSenderId: "expo_mismatched_sender",
  InvalidCredentials: "expo_invalid_credentials",
  DeveloperError: "expo_developer_error",
  ExpoError: "expo_internal_error",
  ProviderError: "expo_upstream_error",
} as const satisfies Record<string, ExpoCode>;

/** The code of `details.error` of a ticket or receipt; null where Expo gave none. */
export const codeOfTicket = (error: string | null): ExpoCode =>
  (error === null ? undefined : lookUp<ExpoCode>(TICKET_ERRORS, error)) ?? "expo_unknown_error";
