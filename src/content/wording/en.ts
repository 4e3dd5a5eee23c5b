import type { Amount, Days } from "../format.ts";
import { BRAND } from "../theme.ts";

/** "1 match", "3 matches". */
export const counted = (amount: Amount, one: string, other: string): string =>
  `${amount.text} ${amount.value === 1 ? one : other}`;

/** "in 30 days", "tomorrow", "3 days ago". The digits are those of the recipient's locale. */
export function when({ past, days }: Days): string {
  if (days.value === 0) return "today";
  if (days.value === 1) return past ? "yesterday" : "tomorrow";
  return past ? `${days.text} days ago` : `in ${days.text} days`;
}

/** "the weekly digest" → "weekly digest", for use after "no more". */
const plain = (type: string): string => type.replace(/^the /u, "");

/** The English texts that mails of all types share. Tables in other languages have this shape and are listed in index.ts. */
export const en = {
  language: "en",
  /** Between a label and its value. */
  colon: ": ",
  greeting: (name: string | null) => (name === null ? "Hello," : `Hello ${name},`),
  more: (count: Amount) => `… and ${count.text} more.`,
  when,

  footer: {
    subscribed: (type: string) => `You get this email because you are subscribed to ${type}.`,
    service: `This is a service message about your ${BRAND} account.`,
    unsubscribe: (type: string) => `Unsubscribe from ${type}`,
    preferences: "Email preferences",
  },

  /** The categories of the built-in types, as a heading or in a list. */
  categories: {
    all: "Everything",
    matches: "Matches",
    deadlines: "Deadlines",
    digest: "Weekly digest",
    applications: "Applications",
    certifications: "Certificates",
    mentors: "Mentors",
    activity: "Activity summaries",
    messages: "Messages",
    account: "Account",
  },

  /** The pages behind the unsubscribe link. */
  unsubscribe: {
    address: (address: string) => `Email address: ${address}`,
    ask: {
      title: (type: string) => `Unsubscribe from ${type}?`,
      text: (type: string) => `We will send you no more ${plain(type)}. Other emails stay as they are.`,
    },
    off: {
      title: "You are unsubscribed",
      text: (type: string) => `You will get no more ${plain(type)} from ${BRAND}.`,
    },
    all_off: {
      title: "All email is off",
      text: () =>
        `You will get no more email from ${BRAND}, but for test messages that you ask for yourself.`,
    },
    on: {
      title: "You are subscribed",
      text: (type: string) => `You get ${type} from ${BRAND}.`,
    },
    saved: {
      title: "Your choices are saved",
      text: () => "They count from now on.",
    },
    matrix: {
      title: "All your notifications",
      text: "Choose what you get, and where. Where “Everything” is off, nothing comes there.",
      locked: "Your organization decides on the greyed-out boxes.",
      save: "Save",
      channels: { push: "Push", email: "Email", in_app: "In app", sms: "SMS", chat: "Chat" },
    },
    invalid: {
      title: "This link does not work",
      text: "It may have been cut in two. Please open it again from the email, or change what you get in your email preferences.",
    },
    buttons: {
      unsubscribe: (type: string) => `Unsubscribe from ${type}`,
      unsubscribe_all: () => "Turn off all email",
      resubscribe: (type: string) => `Undo: subscribe to ${type} again`,
      resubscribe_all: () => "Undo: turn email on again",
    },
  },
};
