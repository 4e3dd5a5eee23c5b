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

const wordings = ({ type, orgId }: About): Place => ({ page: "wordings", type, orgId });

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
    place: () => ({ page: "settings" }),
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
    place: () => ({ page: "settings" }),
  },
  provider_credentials: {
    level: "error",
    because: "the provider refuses our credentials",
    fix: "Set the provider's secret anew, with the right to send.",
    place: () => ({ page: "settings" }),
  },
  expo_unauthorized: {
    level: "error",
    because: "Expo refuses our access token",
    fix: "Set EXPO_ACCESS_TOKEN anew.",
    place: () => ({ page: "settings" }),
  },
};

export const reasonOf = (code: string): Reason | null =>
  Object.hasOwn(REASONS, code) ? (REASONS[code] ?? null) : null;
