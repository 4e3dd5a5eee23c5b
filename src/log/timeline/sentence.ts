import { printId } from "../../lib/ids.ts";
import { EVENT_CANCELLED, SUBSCRIPTION_REMOVED } from "../../outbox/change.ts";
import type { WaitKind } from "../../outbox/timeline.ts";
import type { Entry, Source } from "./derive.ts";

type Of<Did extends Entry["did"]> = Extract<Entry, { did: Did }>;

/** What an entry says, in English. Times are in its fields: a reader has a zone. */
export function sentenceOf(entry: Entry): string {
  switch (entry.did) {
    case "created":
      return made(entry.source);
    case "scheduled":
      return "It is planned for a later time.";
    case "reserved":
      return "It has a later place in its user's hourly budget.";
    case "resting":
      return "It is due, but every provider of its channel rests.";
    case "attempted":
      return attempted(entry);
    case "postponed":
      return postponed(entry);
    case "ended":
      return ended(entry);
    case "delivered":
      return "It is in the user's inbox.";
    case "taken_over":
      return "A consumer was lost while it had this message. Another one has taken it over.";
    case "woken":
      return "Its wake-up call was lost or late, and the sweep woke it.";
    case "reported_late":
      return "A consumer that was thought lost has reported that devices accepted it.";
    case "receipt":
      return `The provider's receipt says that ${count(entry.devices, "device")} did not get it (${entry.code}).`;
    case "reported":
      return `${REPORTS[entry.kind] ?? `The provider reported: ${entry.kind}`}${inBrackets(entry.code)}.`;
    case "cancelled":
      return cancelled(entry);
    case "retried":
      return `Put back into the queue by ${entry.by ?? "hand"}${entry.code == null ? "" : `, after ${entry.code}`}.`;
    case "marked":
      return entry.mark == null ? `${entry.by} has added a note.` : `Marked as ${entry.mark} by ${entry.by}.`;
    case "noted":
      return `${entry.by} has written a note.`;
    case "changed":
      return CHANGES[entry.change];
    case "chained":
      return `Unless it has reached the user by then, ${entry.channel} follows.`;
    case "followed":
      return `It ${entry.why === "unread" ? "was not read in time" : "could not be delivered here"}, so ${printId("dsp", entry.dispatch)} follows by ${entry.channel}.`;
    case "collected":
      return `It tells of one more event, ${printId("evt", entry.event)}.`;
    case "left_out":
      return `${entry.n === 1 ? "One entry is" : `${entry.n} entries are`} not kept here.`;
  }
}

/** Why, as the end of a sentence. */
const because = (message: string | undefined, code: string | undefined): string => {
  const why = message ?? code;
  return why === undefined || why === "" ? "." : `: ${why}${/[.!?…]$/.test(why) ? "" : "."}`;
};

const inBrackets = (code: string | null | undefined): string => (code == null ? "" : ` (${code})`);

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

function made(source: Source): string {
  switch (source.kind) {
    case "event": {
      const { event, key, by } = source;
      return `Made for ${printId("evt", event)}${key === null ? "" : ` with the key "${key}"`}${by === null ? "" : `, which ${by} sent`}.`;
    }
    case "fallback":
      return `Made because ${printId("dsp", source.dispatch)} ${source.why === "unread" ? "was not read in time" : "could not be delivered on another channel"}.`;
    case "batch":
      return `Made by a call for many, ${printId("batch", source.batch)}.`;
    case "api":
      return "Made by a call of the API.";
    case "service":
      return "Made by the service itself.";
  }
}

function attempted({
  n,
  trial,
  outcome,
  provider,
  ms,
  targets,
  reached,
  until,
  message,
  code,
}: Of<"attempted">): string {
  const time = ms === undefined ? "" : ` after ${ms} ms`;
  const devices =
    targets === undefined || targets === 1 ? "" : `, for ${reached ?? 0} of ${count(targets, "device")}`;
  const why = because(message, code);
  const what = trial ? "A trial of the provider, which had failed before" : `Attempt ${n}`;
  const end =
    outcome !== "retry" ? "" : until === undefined ? " It was the last attempt." : " It is tried again.";
  const spent = trial ? " No attempt was spent." : "";
  return `${what}: ${provider} ${OUTCOMES[outcome]}${time}${devices}${outcome === "accepted" ? "." : why}${spent}${end}`;
}

const postponed = ({ wait, provider, message, code }: Of<"postponed">): string =>
  wait === "provider"
    ? `${provider ?? "The provider"} did not take it now${because(message, code)} No attempt was spent.`
    : WAITING[wait];

const ended = ({ status, message, code }: Of<"ended">): string =>
  status === "sent"
    ? "Nothing was left to send: every device had accepted it before."
    : `It ${status === "failed" ? "could not be sent" : "is not sent"}${because(message, code)}`;

function cancelled({ by, code }: Of<"cancelled">): string {
  const person = by == null ? "" : ` by ${by}`;
  if (code === EVENT_CANCELLED.code) return `Cancelled with its event${person}.`;
  if (code === SUBSCRIPTION_REMOVED.code)
    return "Cancelled, because the subscription that it was for has been removed.";
  return `Cancelled${person}${inBrackets(code)}.`;
}

const OUTCOMES = {
  accepted: "accepted it",
  retry: "failed",
  rejected: "refused it",
  gone: "knows the device or address no longer",
  unwanted: "was not asked",
} as const satisfies Record<Of<"attempted">["outcome"], string>;

const WAITING: Readonly<Record<Exclude<WaitKind, "provider">, string>> = {
  slot: "Its user has had enough for now, so it waits for the next free place in the hourly budget.",
  quota: "Its organization has used up its messages of today, so it waits for the next day.",
  quiet_hours: "It waits for the end of the user's quiet hours.",
  earlier_step: "It waits for an earlier message that says the same.",
  lease_over: "The time for its round was over before it could be sent. It goes at once.",
  limiter_away: "The user's limiter did not answer, so it is asked again.",
  fault: "It could not be made, and is tried again.",
};

/** By the kind of a webhook's event. */
const REPORTS: Readonly<Record<string, string>> = {
  delivered: "The receiving server accepted it",
  bounced: "The receiving server did not take it",
  maybe_bounced: "It came back, and nothing says that it arrived",
  complained: "The recipient reported it as spam",
  failed: "The provider gave it up",
};

const CHANGES = {
  read: "The user has read it.",
  unread: "The user has marked it as unread.",
  archive: "The user has archived it.",
  unarchive: "The user has taken it out of the archive.",
} as const satisfies Record<Of<"changed">["change"], string>;
