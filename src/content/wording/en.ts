import type { EmailType } from "../content.ts";
import type { Amount, Days } from "../format.ts";
import { BRAND } from "../theme.ts";

const counted = (amount: Amount, one: string, other: string): string =>
  `${amount.text} ${amount.value === 1 ? one : other}`;

/** "in 30 days", "tomorrow", "3 days ago": the recipient's digits in an English phrase. */
function when({ past, days }: Days): string {
  if (days.value === 0) return "today";
  if (days.value === 1) return past ? "yesterday" : "tomorrow";
  return past ? `${days.text} days ago` : `in ${days.text} days`;
}

/** "the weekly digest" → "weekly digest": after "no more". */
const plain = (type: string): string => type.replace(/^the /u, "");

const WINDOWS = { weekly: "week", monthly: "month", quarterly: "quarter", yearly: "year" } as const;
type Window = keyof typeof WINDOWS;

/** Every text of every mail in English. Another language is another table of this shape, listed in index.ts. */
export const en = {
  language: "en",
  greeting: (name: string | null) => (name === null ? "Hello," : `Hello ${name},`),
  more: (count: Amount) => `… and ${count.text} more.`,
  when,

  /** What a type is called where one can turn it off. */
  types: {
    certification_reminder: "certification reminders",
    welcome: "welcome messages",
    new_match: "new match alerts",
    deadline_reminder: "deadline reminders",
    weekly_digest: "the weekly digest",
    application_status: "application updates",
    test: "test messages",
    pause_activated: "messages about mentors who pause",
    pause_deactivated: "messages about mentors who return",
    stats_summary: "activity summaries",
    push: "notifications by email",
  } satisfies Record<EmailType, string>,

  footer: {
    subscribed: (type: string) => `You get this email because you are subscribed to ${type}.`,
    service: `This is a service message about your ${BRAND} account.`,
    unsubscribe: (type: string) => `Unsubscribe from ${type}`,
    preferences: "Email preferences",
  },

  certification: {
    subject: (expired: Amount, ahead: Amount, first: Days | null) => {
      if (expired.value + ahead.value === 1)
        return first === null
          ? "Your certification has expired"
          : `Your certification expires ${when(first)}`;
      if (first === null) return `${expired.text} of your certifications have expired`;
      if (expired.value === 0)
        return `${ahead.text} of your certifications expire soon, the first ${when(first)}`;
      return `${counted(expired, "certification has", "certifications have")} expired, ${counted(ahead, "expires", "expire")} soon`;
    },
    intro: (count: Amount) =>
      count.value === 1
        ? "This certification needs your attention. Please renew it in time, so that it stays valid."
        : "These certifications need your attention. Please renew them in time, so that they stay valid.",
    expires: (date: string) => `Expires on ${date}`,
    expired: (date: string) => `Expired on ${date}`,
    expiredBadge: "Expired",
    button: "View your certifications",
  },

  welcome: {
    subject: `Welcome to ${BRAND}`,
    preheader: "Your account is ready.",
    joined: (org: string | null) =>
      org === null ? "Your account is ready." : `Your account with ${org} is ready.`,
    promise:
      "From now on we tell you about what concerns you, such as new matches, deadlines and expiring certifications. You decide which of these you get.",
    button: "Get started",
  },

  matches: {
    subject: (count: Amount) => counted(count, "New Grant Match Found", "New Grant Matches Found"),
    intro: (count: Amount) =>
      count.value === 1
        ? "We found a grant that fits your profile."
        : "We found grants that fit your profile, the best match first.",
    score: (percent: string) => `${percent} match`,
    deadline: (date: string) => `Deadline: ${date}`,
    noDeadline: "No deadline",
    button: "View all matches",
  },

  deadlines: {
    subject: (ahead: Amount, first: Days, title: string) => {
      if (ahead.value === 0) return `Grant deadline passed: ${title}`;
      return ahead.value === 1
        ? `Grant deadline ${when(first)}: ${title}`
        : `${ahead.text} grant deadlines ahead, the first ${when(first)}`;
    },
    title: (count: Amount) => (count.value === 1 ? "A grant deadline is near" : "Grant deadlines ahead"),
    intro: (count: Amount) =>
      count.value === 1 ? "Do not miss this deadline." : "Do not miss these deadlines.",
    deadline: (date: string) => `Deadline: ${date}`,
    passedBadge: "Passed",
    reasons: { matched: "One of your matches", applied: "You have applied" },
    button: "View all deadlines",
  },

  digest: {
    subject: (matches: Amount, deadlines: Amount) => {
      const parts = [
        ...(matches.value > 0 ? [counted(matches, "new match", "new matches")] : []),
        ...(deadlines.value > 0 ? [counted(deadlines, "deadline ahead", "deadlines ahead")] : []),
      ];
      return parts.length === 0 ? "Your weekly digest" : `Your weekly digest: ${parts.join(", ")}`;
    },
    title: "Your weekly digest",
    intro: "This is what your week brought, and what lies ahead.",
    nothing: "A quiet week: no new matches, and no deadlines ahead.",
    matches: "New matches",
    deadlines: "Deadlines ahead",
    button: "View everything",
  },

  application: {
    subject: (status: string, grant: string) => `Application status: ${status} – ${grant}`,
    title: "Your application has a new status",
    intro: (grant: string, status: string) => `Your application for ${grant} is now: ${status}.`,
    grant: "Grant",
    status: "Status",
    previous: "Before",
    button: "View your application",
  },

  test: {
    subject: `Test email from ${BRAND}`,
    preheader: "Your email delivery works.",
    body: "If you can read this, email delivery works. There is nothing else to do.",
    sent: "Sent",
    timezone: "Time zone",
    locale: "Locale",
  },

  pause: {
    activated: {
      subject: (mentor: string) => `${mentor} is taking a pause`,
      intro: (mentor: string) => `${mentor}, a peer mentor whom you coordinate, is taking a pause.`,
      date: "Paused from",
    },
    deactivated: {
      subject: (mentor: string) => `${mentor} is active again`,
      intro: (mentor: string) => `${mentor}, a peer mentor whom you coordinate, is back from a pause.`,
      date: "Active from",
    },
    mentor: "Peer mentor",
    reason: "Reason",
    button: "View the peer mentor",
  },

  stats: {
    subject: (window: Window, completed: Amount, hours: Amount) =>
      `Your ${window} summary: ${counted(completed, "activity", "activities")} completed, ${counted(hours, "hour", "hours")}`,
    title: (window: Window) => `Your ${window} summary`,
    intro: (range: string) => `This is what you did: ${range}.`,
    total: "Activities",
    completed: "Completed",
    hours: "Hours logged",
    change: (window: Window, change: string, percent: string | null) =>
      `${change}${percent === null ? "" : ` (${percent})`} on the ${WINDOWS[window]} before`,
    noChange: (window: Window) => `same as the ${WINDOWS[window]} before`,
    chart: "Hours logged",
    before: (window: Window) => `${WINDOWS[window].replace(/^./u, (c) => c.toUpperCase())} before`,
    /** The same in a push, below the title. `note` is a change. */
    push: (completed: Amount, hours: Amount, note: string) =>
      `${counted(completed, "activity", "activities")} completed, ${counted(hours, "hour", "hours")} (${note})`,
    button: "View your activities",
  },

  push: { button: "Open" },

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
