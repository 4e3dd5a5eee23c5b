import type { Place, Trouble } from "./trouble.ts";

/** What some of the messages have in common. */
interface About {
  type: string;
  orgId: string | null;
}

/** What a code says about messages that were not sent, and how that is mended. */
interface Reason {
  level: Trouble["level"];
  /** Goes on after "12 e-mails of “order_shipped” were not sent: ". */
  because: string;
  fix: string;
  place?: (about: About) => Place;
}

const settings = (): Place => ({ page: "settings" });
const wordings = ({ type, orgId }: About): Place => ({ page: "wordings", type, orgId });

/** Of a service account that cannot get in. */
const fcm = (because: string): Reason => ({
  level: "error",
  because,
  fix: "Make a new key of the service account in the Google Cloud console, and set FCM_SERVICE_ACCOUNT (or the one in FCM_SERVICE_ACCOUNTS) to it.",
  place: settings,
});

/** Codes of dispatches that failed, and reasons for which messages were withheld. Any other code is a provider's. */
const REASONS: Readonly<Record<string, Reason>> = {
  no_words: {
    level: "warning",
    because: "the type has no published words for this channel",
    fix: "Write its words and publish them. Then retry the messages.",
    place: wordings,
  },
  words_failed: {
    level: "warning",
    because: "the words of the type could not be rendered with the data of the messages",
    fix: "Preview the words with the data of one of the messages, correct and publish them. Then retry the messages.",
    place: wordings,
  },
  no_content: {
    level: "warning",
    because: "they have no content that fits their type",
    fix: "Open one of them and compare its data with the schema of its type.",
  },
  compose_failed: {
    level: "warning",
    because: "they could not be rendered",
    fix: "Open one of them: its error says what could not be rendered.",
  },
  no_address: {
    level: "info",
    because: "the people have no e-mail address",
    fix: "Send their addresses to the directory, or use another channel.",
  },
  unverified: {
    level: "info",
    because: "the e-mail addresses are not verified",
    fix: "Let people confirm their addresses in your product, and set `email_verified` in the directory.",
  },
  suppressed: {
    level: "info",
    because: "the addresses bounced before, or their owners complained",
    fix: "Ask the people for another address. Lift a suppression only if you know that the address works again.",
  },
  no_device: {
    level: "info",
    because: "the people have no registered device",
    fix: "Let your app register its push token after sign-in, or give the type a fallback channel.",
  },
  no_recipient: {
    level: "info",
    because: "the people no longer exist in the directory",
    fix: "Stop sending to people whom you have erased.",
  },
  connection_gone: {
    level: "warning",
    because: "their chat connections were deleted",
    fix: "Name another connection of the organization in the events.",
  },
  unknown_user: {
    level: "warning",
    because: "the directory does not know the people",
    fix: "Send people to the directory before the facts that are about them.",
  },
  unknown_grant: {
    level: "warning",
    because: "the directory does not know the grants that they are about",
    fix: "Send grants to the directory before matches and applications.",
  },
  throttled: {
    level: "warning",
    because: "the people had already got as many as an hour allows",
    fix: "Send fewer messages to one person, or raise the limit an hour.",
    place: settings,
  },
  expired: {
    level: "warning",
    because: "they could not be sent before they expired",
    fix: "Open one of them: its timeline says what it waited for.",
  },
  abandoned: {
    level: "warning",
    because: "sending them was interrupted too often",
    fix: "Look for exceeded limits in the Worker's logs. Then retry the messages.",
  },
  provider_not_configured: {
    level: "error",
    because: "their provider is not configured",
    fix: "Add the provider to the configuration.",
    place: settings,
  },
  provider_credentials: {
    level: "error",
    because: "the provider refuses our credentials",
    fix: "Set the provider's secret anew, with the right to send.",
    place: settings,
  },
  provider_account: {
    level: "error",
    because: "the provider has stopped our account",
    fix: "Look at the provider's console: a payment, a review or a limit is open there.",
    place: settings,
  },
  quota_exceeded: {
    level: "error",
    because: "our credit or quota at the provider is used up",
    fix: "Top up the provider's account, or add a second provider that stands in.",
  },
  invalid_sender: {
    level: "error",
    because: "the provider does not send from our sender",
    fix: "Set SMS_FROM (or the provider's own variable) to a number or a name that the account has.",
    place: settings,
  },
  country_not_enabled: {
    level: "warning",
    because: "the provider's account may not send to their country",
    fix: "Enable the country at the provider (Twilio: Geo permissions), or take it out of SMS_COUNTRIES.",
  },
  no_route: {
    level: "warning",
    because: "the provider has no route to the numbers",
    fix: "Add a second SMS provider: the next one is tried when a number cannot be reached.",
  },
  message_too_long: {
    level: "warning",
    because: "the texts are too long",
    fix: "Shorten the words: the editor counts their segments.",
    place: wordings,
  },
  no_number: {
    level: "info",
    because: "the people have no phone number",
    fix: "Send their numbers to the directory, or use another channel.",
  },
  number_unverified: {
    level: "info",
    because: "the phone numbers are not verified",
    fix: "Let people confirm their numbers in your product, and set `phone_verified` in the directory.",
  },
  invalid_number: {
    level: "info",
    because: "the phone numbers are not in international form",
    fix: "Send numbers to the directory from + on, with the country's code.",
  },
  fcm_unauthorized: fcm("FCM does not accept our access token"),
  fcm_refused_key: fcm("Google gives our service account no access token"),
  fcm_unusable_key: fcm("the private key of our service account cannot be used"),
  fcm_forbidden: {
    level: "error",
    because: "our service account may not send for its Firebase project",
    fix: "Enable the Firebase Cloud Messaging API in the Google Cloud project, and give the account the role to send.",
  },
  fcm_no_project: {
    level: "error",
    because: "FCM does not know the project of our service account",
    fix: "Set FCM_SERVICE_ACCOUNT (or the one in FCM_SERVICE_ACCOUNTS) to an account of the app's own Firebase project.",
    place: settings,
  },
  fcm_mismatched_sender: {
    level: "error",
    because: "the devices' tokens belong to another Firebase project",
    fix: "Give the app the service account of its own project: FCM_SERVICE_ACCOUNTS has one for each app.",
    place: settings,
  },
  fcm_invalid_credentials: {
    level: "error",
    because: "Apple's or the browser's push service does not accept the key that the Firebase project has",
    fix: "Upload a valid APNs key (or web push certificate) in the Firebase console, under Cloud Messaging.",
  },
  webpush_unauthorized: {
    level: "error",
    because: "the browsers' push service does not accept our VAPID token",
    fix: "Set the VAPID keys and VAPID_SUBJECT anew: `npm run vapid` makes a pair. Browsers must then subscribe again.",
    place: settings,
  },
  webpush_unusable_keys: {
    level: "error",
    because: "the VAPID keys are not a pair that can sign",
    fix: "Set both keys anew: `npm run vapid` makes a pair.",
    place: settings,
  },
  webpush_other_key: {
    level: "warning",
    because: "the browsers have subscribed with another VAPID key",
    fix: "Put the former pair back, or let your page subscribe its readers anew.",
    place: settings,
  },
  secret_unreadable: {
    level: "error",
    because: "the key that sealed the receiver's secret is not configured",
    fix: "Set SECRETS_KEY_PREVIOUS to the former SECRETS_KEY, or enter the secret anew.",
    place: settings,
  },
  expo_unauthorized: {
    level: "error",
    because: "Expo refuses our access token",
    fix: "Set EXPO_ACCESS_TOKEN anew.",
    place: settings,
  },
};

export const reasonOf = (code: string): Reason | null =>
  Object.hasOwn(REASONS, code) ? (REASONS[code] ?? null) : null;
