import { COMMON_TYPE, type Dispatch } from "../../db/schema/index.ts";
import { timeOfId } from "../../lib/ids.ts";
import { EVENT_CANCELLED } from "../../outbox/change.ts";
import type { TimelineEntry } from "../../outbox/timeline.ts";
import type { Linked } from "../read.ts";

/** What a dispatch comes from. */
export type Source =
  /** `key` and `by` are null where there is none, or the reader may not see it. */
  | { kind: "event"; event: string; key: string | null; by: string | null }
  /** It follows this dispatch, which failed on another channel, or was not read in time. */
  | { kind: "fallback"; dispatch: string; why?: "unread" | undefined }
  /** One call for many. */
  | { kind: "batch"; batch: string }
  | { kind: "api" }
  /** A job of the service, or its reaction to a fact. */
  | { kind: "service" };

/** What follows from the other columns of a dispatch, so that it is not stored twice. Times are epoch ms. */
type DerivedEntry =
  | { did: "created"; at: number; source: Source }
  /** It was asked for not before `until`. */
  | { did: "scheduled"; at: number; until: number }
  /** Its place in its user's hourly budget is at `until`. */
  | { did: "reserved"; at: number; until: number }
  /** It is due, but every provider of its channel rests until then. */
  | { did: "resting"; at: number; until: number }
  /** Unless it has reached its user by `until`, another one follows on this channel. */
  | { did: "chained"; at: number; until: number; channel: string }
  /** It failed, or was not read in time, so this one follows on another channel. */
  | { did: "followed"; at: number; dispatch: string; channel: string; why?: "unread" | undefined };

/** Stored entries, without the one that says what the dispatch follows: its source says that. */
type KeptEntry = Exclude<TimelineEntry, { did: "follows" }>;

export type Entry = DerivedEntry | KeptEntry;

/** What the dispatch's channel is like. */
interface Traits {
  /** Whether inserting a dispatch may have delivered it. */
  isInbox: boolean;
}

/** An event, as far as the reader may see it. */
export interface EventSource {
  id: string;
  key: string | null;
  created_by: string | null;
  /** Of one from before this was kept: null, too. */
  cancelled_by: string | null;
}

const isKept = (entry: TimelineEntry): entry is KeptEntry => entry.did !== "follows";

/** The whole timeline of a dispatch, in order of time: what is stored, and what its columns say beside. A pure function. */
export function entriesOf(
  dispatch: Linked,
  stored: readonly TimelineEntry[],
  event: EventSource | null,
  { isInbox }: Traits,
): Entry[] {
  const did = (...kinds: readonly TimelineEntry["did"][]) => stored.some((one) => kinds.includes(one.did));
  const isWhole = !did("left_out", "retried");
  return [
    { did: "created" as const, at: dispatch.created_at, source: sourceOf(dispatch, stored, event) },
    ...(isWhole ? plannedFor(dispatch, stored) : []),
    ...stored.filter(isKept).map((entry) => withCanceller(entry, event)),
    ...(did("left_out", "attempted") ? [] : attemptBefore(dispatch)),
    ...(did("left_out", "delivered") ? [] : arrival(dispatch, stored, isInbox)),
    ...readings(dispatch, stored),
    ...(did(...ENDS) ? [] : endBefore(dispatch, stored)),
    ...nextOf(dispatch),
    ...followerOf(dispatch),
  ].toSorted((a, b) => a.at - b.at);
}

/** One of these says why a dispatch has ended. */
const ENDS = ["left_out", "attempted", "ended", "cancelled", "receipt", "reported"] as const;

/** Its event knows who cancelled both. */
const withCanceller = (entry: KeptEntry, event: EventSource | null): KeptEntry =>
  entry.did === "cancelled" && entry.code === EVENT_CANCELLED.code
    ? { ...entry, by: event?.cancelled_by ?? null }
    : entry;

function sourceOf(
  { follows, batch_id, type }: Linked,
  stored: readonly TimelineEntry[],
  event: EventSource | null,
): Source {
  const first = stored.find((one) => one.did === "follows");
  const before = first?.dispatch ?? follows ?? null;
  if (before !== null) return { kind: "fallback", dispatch: before, why: first?.why };
  if (event !== null) return { kind: "event", event: event.id, key: event.key, by: event.created_by };
  if (batch_id !== null) return { kind: "batch", batch: batch_id };
  return { kind: type === COMMON_TYPE ? "api" : "service" };
}

/** For when it was made. A place that it got when it was to be sent is in its timeline, if it had to wait for it. */
function plannedFor(
  { created_at: at, scheduled_at, slot_at, due_at }: Dispatch,
  stored: readonly TimelineEntry[],
): DerivedEntry[] {
  const isPostponed = stored.some(({ did }) => did === "postponed");
  return [
    ...(scheduled_at !== null && scheduled_at > at
      ? [{ did: "scheduled" as const, at, until: scheduled_at }]
      : []),
    ...(slot_at !== null && slot_at > at && slot_at === due_at && slot_at !== scheduled_at && !isPostponed
      ? [{ did: "reserved" as const, at, until: slot_at }]
      : []),
  ];
}

/** The last attempt of a dispatch from before there were timelines. */
function attemptBefore({ attempts, sent_at, provider, status, error_code, error }: Dispatch): KeptEntry[] {
  if (attempts === 0 || sent_at === null || provider === null) return [];
  const why = {
    ...(error_code !== null && { code: error_code }),
    ...(error !== null && { message: error }),
  };
  const outcome = OUTCOMES[status];
  return [
    {
      did: "attempted",
      at: sent_at,
      n: attempts,
      outcome,
      provider,
      ...(outcome === "accepted" ? {} : why),
    },
  ];
}

const OUTCOMES = {
  queued: "retry",
  sending: "retry",
  sent: "accepted",
  delivered: "accepted",
  bounced: "accepted",
  failed: "rejected",
  cancelled: "retry",
} as const satisfies Record<Dispatch["status"], string>;

/** When it arrived, if no report says so: a delivery by itself, or a complaint, whose own time it then is. */
function arrival(
  { delivered_at: at }: Dispatch,
  stored: readonly TimelineEntry[],
  isInbox: boolean,
): KeptEntry[] {
  const ofThisTry = stored.slice(stored.findLastIndex(({ did }) => did === "retried") + 1);
  const isSaid = ofThisTry.some(
    (one) =>
      one.did === "reported" &&
      (one.kind === "delivered" || (one.kind === "complained" && one.event_at === at)),
  );
  if (at === null || isSaid) return [];
  return [isInbox ? { did: "delivered", at } : { did: "reported", at, kind: "delivered", event_at: at }];
}

/** What the columns of the inbox say, where no entry does. */
function readings({ read_at, archived_at }: Dispatch, stored: readonly TimelineEntry[]): KeptEntry[] {
  const isSaid = (change: "read" | "archive") =>
    stored.some((one) => one.did === "left_out" || (one.did === "changed" && one.change === change));
  return [
    ...(read_at === null || isSaid("read")
      ? []
      : [{ did: "changed" as const, at: read_at, change: "read" as const }]),
    ...(archived_at === null || isSaid("archive")
      ? []
      : [{ did: "changed" as const, at: archived_at, change: "archive" as const }]),
  ];
}

/** Why it ended from the start, or before there were timelines. What staff note later changes `updated_at`. */
function endBefore(
  { status, attempts, sent_at, created_at, updated_at, error_code, error }: Dispatch,
  stored: readonly TimelineEntry[],
): KeptEntry[] {
  if ((status !== "failed" && status !== "cancelled") || attempts > 0) return [];
  const at = sent_at ?? (stored.length > 0 ? created_at : updated_at);
  if (status === "cancelled" && error_code === null) return [{ did: "cancelled", at }];
  return [
    {
      did: "ended",
      at,
      status,
      ...(error_code !== null && { code: error_code }),
      ...(error !== null && { message: error }),
    },
  ];
}

/** What comes next, while that is open. */
const nextOf = ({ created_at, delivered_at, follow_at, fallback }: Linked): DerivedEntry[] =>
  follow_at === null || fallback === null
    ? []
    : [{ did: "chained", at: delivered_at ?? created_at, until: follow_at, channel: fallback }];

function followerOf({ followed_by, fallback, status }: Linked): DerivedEntry[] {
  if (followed_by == null || fallback === null) return [];
  const at = timeOfId(followed_by);
  const why = status === "delivered" ? { why: "unread" as const } : {};
  return [{ did: "followed", at, dispatch: followed_by, channel: fallback, ...why }];
}
