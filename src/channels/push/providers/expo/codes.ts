import type { Outcome } from "../../../../delivery/outcome.ts";
import { MINUTE } from "../../../../lib/clock.ts";

/** How a request fails for reasons that lie with Expo, the network or the configuration, and not with a message. */
export type ExpoFailure =
  | "expo_server_error"
  | "expo_unreachable"
  | "expo_timeout"
  | "expo_bad_response"
  | "expo_unauthorized";

/** What people read. Our words only: Expo's own text quotes tokens. */
export const FAILURE_MESSAGES = {
  expo_server_error: "Expo's push service reported an error of its own.",
  expo_unreachable: "Expo's push service could not be reached.",
  expo_timeout: "Expo's push service did not answer in time; it may have taken the message.",
  expo_bad_response: "Expo's push service gave an answer that could not be understood.",
  expo_unauthorized: "Expo's push service did not accept the access token.",
} as const satisfies Record<ExpoFailure, string>;

/** The errors of single tickets and receipts that Expo documents or its server SDK declares. */
type TicketError =
  | "DeviceNotRegistered"
  | "MessageTooBig"
  | "MessageRateExceeded"
  | "MismatchSenderId"
  | "InvalidCredentials"
  | "DeveloperError"
  | "ExpoError"
  | "ProviderError";

type TicketVerdict = Extract<Outcome, { kind: "gone" | "rejected" | "retry" }>;

/** https://docs.expo.dev/push-notifications/sending-notifications/#individual-errors */
const TICKET_ERRORS = {
  DeviceNotRegistered: {
    kind: "gone",
    code: "device_not_registered",
    message: "The device no longer accepts notifications.",
  },
  MessageTooBig: {
    kind: "rejected",
    code: "message_too_big",
    message: "The notification is larger than 4,096 bytes.",
  },
  MessageRateExceeded: {
    kind: "retry",
    code: "message_rate_exceeded",
    message: "The device was sent too many notifications in a short time.",
    afterMs: MINUTE,
  },
  MismatchSenderId: {
    kind: "rejected",
    code: "expo_mismatched_sender",
    message: "The app's FCM credentials belong to another sender.",
  },
  InvalidCredentials: {
    kind: "rejected",
    code: "expo_invalid_credentials",
    message: "The app's push credentials are not valid.",
  },
  DeveloperError: {
    kind: "rejected",
    code: "expo_developer_error",
    message: "Expo's push service says that the app is set up wrongly.",
  },
  ExpoError: {
    kind: "retry",
    code: "expo_internal_error",
    message: "Expo's push service failed to handle the notification.",
  },
  ProviderError: {
    kind: "retry",
    code: "expo_upstream_error",
    message: "Apple's or Google's push service failed to take the notification from Expo.",
  },
} as const satisfies Record<TicketError, TicketVerdict>;

// Retried, because a new code may well stand for a passing failure, and the attempts are bounded anyway.
const UNKNOWN: TicketVerdict = {
  kind: "retry",
  code: "expo_unknown_error",
  message: "Expo's push service gave an error that is not known here.",
};

const isKnown = (error: string): error is TicketError => Object.hasOwn(TICKET_ERRORS, error);

/** What `details.error` of a ticket or receipt means; null where Expo gave none. */
export const ticketVerdict = (error: string | null): TicketVerdict =>
  error !== null && isKnown(error) ? TICKET_ERRORS[error] : UNKNOWN;
