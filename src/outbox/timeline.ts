import { is, SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { parseJson } from "../lib/objects.ts";

/** What every entry has: when it was written, epoch ms. */
const at = z.number().int();
const until = z.number().int();
const code = z.string();
/** For people; without addresses, tokens or names. */
const message = z.string();
/** `role:id` of the person who did it. */
const by = z.string();

/** What an entry that follows a claim says of it, since a claim itself writes none. */
const ofClaim = {
  /** When it was claimed, epoch ms. */
  claimed: z.number().int().optional(),
  /** The sweep had woken it. Left out: a wake-up call, or the request that waits for it. */
  swept: z.literal(true).optional(),
};

/** Why a dispatch goes back to its queue. The names are stored. */
export const WAITS = [
  // It waits for a place in its user's hourly budget, for its organization's next day, or for the user.
  "slot",
  "quota",
  "quiet_hours",
  "earlier_step",
  // The provider did not take it now, or the lease ended before it could be sent.
  "provider",
  "lease_over",
  // Something of ours failed: the user's limiter did not answer, or the message could not be made.
  "limiter_away",
  "fault",
] as const;
export type WaitKind = (typeof WAITS)[number];

/** What a reader can do with a message of the inbox. */
export const INBOX_CHANGES = ["read", "unread", "archive", "unarchive"] as const;

const ENTRIES = [
  /**
   * A provider was asked. `n`: which attempt. `trial`: whether a provider that had failed, failed again, so that no attempt was
   * spent: `n` have been before. `ms`: how long its answer took. `until`: when it is tried again.
   */
  z.object({
    did: z.literal("attempted"),
    at,
    ...ofClaim,
    n: z.number().int(),
    trial: z.literal(true).optional(),
    outcome: z.enum(["accepted", "retry", "rejected", "gone", "unwanted"]),
    provider: z.string(),
    ms: z.number().int().optional(),
    /** Of a webhook: the status of the answer. */
    http: z.number().int().optional(),
    /** Of a push: the devices that were addressed, and how many of them accepted. */
    targets: z.number().int().optional(),
    reached: z.number().int().optional(),
    until: until.optional(),
    code: code.optional(),
    message: message.optional(),
  }),
  z.object({
    did: z.literal("postponed"),
    at,
    ...ofClaim,
    wait: z.enum(WAITS),
    until,
    provider: z.string().optional(),
    reached: z.number().int().optional(),
    code: code.optional(),
    message: message.optional(),
  }),
  /** It ended without a provider. */
  z.object({
    did: z.literal("ended"),
    at,
    ...ofClaim,
    status: z.enum(["sent", "failed", "cancelled"]),
    code: code.optional(),
    message: message.optional(),
  }),
  /** It is in the user's inbox. */
  z.object({ did: z.literal("delivered"), at }),
  /** Another consumer has taken it over from one that was lost while it had it. */
  z.object({ did: z.literal("taken_over"), at }),
  /** The sweep has found that its wake-up call was lost. */
  z.object({ did: z.literal("woken"), at }),
  /** A consumer has reported after its lease that devices have accepted it. */
  z.object({ did: z.literal("reported_late"), at }),
  /** A receipt has shown that devices did not get it. */
  z.object({ did: z.literal("receipt"), at, devices: z.number().int(), code }),
  /** The provider's webhook. `event_at`: when it happened, by the provider's clock. */
  z.object({ did: z.literal("reported"), at, kind: z.string(), event_at: until, code: code.nullish() }),
  z.object({ did: z.literal("cancelled"), at, by: by.nullish(), code: code.nullish() }),
  /** `code`: why it had not been sent. */
  z.object({ did: z.literal("retried"), at, by: by.nullish(), code: code.nullish() }),
  z.object({ did: z.literal("marked"), at, by, mark: z.string().nullish() }),
  z.object({ did: z.literal("noted"), at, by }),
  z.object({ did: z.literal("changed"), at, change: z.enum(INBOX_CHANGES) }),
  /** It was made since a dispatch on another channel had failed, or was not read in time. */
  z.object({
    did: z.literal("follows"),
    at,
    dispatch: z.uuid(),
    why: z.literal("unread").optional().catch(undefined),
  }),
  /** It tells of one more event. */
  z.object({ did: z.literal("collected"), at, event: z.uuid() }),
  /** So many entries that were here are not kept. `at`: of the first of them. */
  z.object({ did: z.literal("left_out"), at, n: z.number().int() }),
] as const;

/** One thing that has happened to a dispatch. It has ids and codes only, so that it may wait on a queue. */
export const timelineEntry = z.discriminatedUnion("did", ENTRIES);
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** The entries that stay: the first and the last ones. One between them counts what was left out. */
const FIRST = 8;
const LAST = 24;

const MOST = sql.raw(String(FIRST + LAST));
const PLACE = sql.raw(`'$[${FIRST}]'`);
const SECOND_PLACE = sql.raw(`'$[${FIRST + 1}]'`);
const COUNT = sql.raw(`'$[${FIRST}].n'`);
const TIME = sql.raw(`'$[${FIRST}].at'`);

/** A full timeline without its oldest change by the reader; null where the first entries have them all. */
const WITHOUT_CHANGE: SQL = sql`(SELECT json_remove(dispatches.timeline, '$[' || min(kept.key) || ']')
  FROM json_each(dispatches.timeline) AS kept WHERE kept.key >= ${sql.raw(String(FIRST))} AND kept.value->>'did' = 'changed')`;

/** A full timeline with its oldest entry after the first ones counted instead. */
const COUNTED: SQL = sql`CASE WHEN json_array_length(dispatches.timeline) = ${MOST} THEN json_set(dispatches.timeline, ${PLACE},
    json_object('did', 'left_out', 'at', dispatches.timeline->>${TIME}, 'n', 1))
  ELSE json_set(json_remove(dispatches.timeline, ${SECOND_PLACE}), ${COUNT}, (dispatches.timeline->>${COUNT}) + 1) END`;

/**
 * The timeline with room for one more entry. A reader may change a message as often as it likes, so changes make room first:
 * they cost attempts and what staff did one place at most.
 */
const WITH_ROOM: SQL = sql`CASE WHEN dispatches.timeline IS NULL THEN '[]'
  WHEN json_array_length(dispatches.timeline) < ${MOST} THEN dispatches.timeline
  ELSE coalesce(${WITHOUT_CHANGE}, ${COUNTED}) END`;

/**
 * The value of `timeline` with one more entry, for an UPDATE of `dispatches` that is made anyway. An entry that is already the
 * last one is not repeated, since a batch may be.
 * @param entry SQL gives minified JSON, or null where nothing is added
 */
export function appended(entry: TimelineEntry | SQL): SQL {
  const json = is(entry, SQL) ? entry : sql`${JSON.stringify(entry)}`;
  return sql`CASE WHEN ${json} IS NULL OR dispatches.timeline->'$[#-1]' = ${json} THEN dispatches.timeline
    ELSE json_insert(${WITH_ROOM}, '$[#]', json(${json})) END`;
}

/** The timeline of a row that is inserted with one entry. */
export const begunWith = (entry: SQL): SQL => sql`json_array(json(${entry}))`;

/** The longest message that an entry keeps. */
const MAX_MESSAGE = 120;

/** A code and its message, as an entry has them. */
export const reason = ({ code, message }: { code: string; message: string }) => ({
  code,
  message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
});

/** The stored entries, in the order in which they were written. What another version has written and this one cannot read is left out. */
export function readTimeline(text: string | null): TimelineEntry[] {
  const stored = text === null ? [] : parseJson(text);
  return (Array.isArray(stored) ? stored : []).flatMap((one: unknown) => {
    const { data } = timelineEntry.safeParse(one);
    return data === undefined ? [] : [data];
  });
}
