import { type SQL, sql } from "drizzle-orm";
import { dedupeKeys } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";

// The form of every occasion's key: what kind it is and its parts, with a `:` between them. A key that is not written as a
// deployed database has it tells its occasion again, so these texts stay as they are. An id of the directory may hold a `:`,
// too: it is encoded where two ids stand in a key or where a user's keys are looked for, and elsewhere comes before parts
// that hold none.
const part = encodeURIComponent;

/** A key in SQL. */
const keyInSql = (kind: string, ...parts: SQL[]): SQL =>
  sql`(${sql.join([sql.raw(`'${kind}'`), ...parts.map((one) => sql`(${one})`)], sql` || ':' || `)})`;

/** The condition that the parts of `key` begin with `begin`; `;` comes after `:`. */
const isWithin = (key: SQL, begin: string): SQL =>
  sql`(${key} >= ${`${begin}:`} AND ${key} < ${`${begin};`})`;

/** That a user was reminded of a grant's deadline (epoch ms) at a step of the ladder (days before it). */
export const deadlineKey = (userId: string, grantId: string, deadline: number, step: number): string =>
  `deadline:${part(userId)}:${part(grantId)}:${deadline}:${step}`;

/** The nth part of a key `o.key` whose parts hold no `:`, decoded: of `part` these are all that an id can need. */
const partOfKey = (n: number): SQL =>
  sql`replace(replace(('["' || replace(o.key, ':', '","') || '"]')->>${sql.raw(String(n))}, '%3A', ':'), '%40', '@')`;

/** The key of an occasion `o` that reminds of a deadline, and the grant's id and the deadline (epoch ms) in it. */
export const IS_DEADLINE: SQL = sql`o.key >= 'deadline:' AND o.key < 'deadline;'`;
export const DEADLINE_GRANT: SQL = partOfKey(2);
export const DEADLINE: SQL = sql`CAST(${partOfKey(3)} AS INTEGER)`;

/** That a user was told of a local week, such as `2026-W13`. */
export const digestKey = (userId: string, week: string): string => `digest:${part(userId)}:${week}`;

/** That a user was welcomed. */
export const welcomeKey = (userId: string): string => `welcome:${userId}`;

/** The user whom the occasion with this key welcomes. */
export const welcomedBy = (key: SQL): SQL => sql`substr(${key}, ${welcomeKey("").length + 1})`;

/** That a match was told. */
export const matchKey = (matchId: SQL): SQL => keyInSql("match", matchId);

/** The key of an occasion `o` that tells of a match, and the match's id in it. */
export const IS_MATCH: SQL = sql`o.key >= 'match:' AND o.key < 'match;'`;
export const MATCH_ID: SQL = sql`substr(o.key, 7)`;

/**
 * No key, but what stands in the place of a dispatch: matches that wait for a user's daily or weekly message have their
 * occasions already, so that they are told once, and these point here until the message comes into being.
 */
export const waitingFor = (userId: SQL): SQL => keyInSql("waiting", userId);

/** `part` in SQL, for an id of the directory. */
const encoded = (id: SQL): SQL => sql`replace(replace(${id}, ':', '%3A'), '@', '%40')`;

/** So long what is to be told waits for its user and its grant to be known here; then it is given up. */
export const AWAITED_MS = 7 * DAY;

/**
 * No key either, and in the same place: occasions whose user or grant is not known here yet wait for them, since a time
 * (epoch ms). A match then waits for a message; a status and a pause have messages of their own, for which they keep a
 * `note`: the status before, the record.
 */
export const awaitingSince = (userId: SQL, since: number | SQL, note?: SQL): SQL =>
  keyInSql(
    "awaiting",
    encoded(userId),
    ...(note === undefined ? [] : [note]),
    typeof since === "number" ? sql`${String(since)}` : since,
  );

/** The condition that an occasion `o` waits for the user, or for a grant of theirs, and since when it does. */
export const isAwaiting = (
  userId: SQL,
): SQL => sql`(o.dispatch_id >= ${keyInSql("awaiting", encoded(userId))} || ':'
  AND o.dispatch_id < ${keyInSql("awaiting", encoded(userId))} || ';')`;
export const AWAITING_SINCE: SQL = sql`CAST(substr(o.dispatch_id, -13) AS INTEGER)`;

/** The condition upon an occasion that it waits for anybody. */
export const IS_WAITING: SQL = sql`(${dedupeKeys.dispatch_id} >= 'awaiting:' AND ${dedupeKeys.dispatch_id} < 'awaiting;')`;

/** The note that an occasion `o` keeps while it waits for this user, or for a grant of theirs. */
export const awaitingNote = (userId: SQL): SQL =>
  sql`substr(o.dispatch_id, length(${keyInSql("awaiting", encoded(userId))}) + 2,
    length(o.dispatch_id) - length(${keyInSql("awaiting", encoded(userId))}) - 15)`;

/** That a new status of an application or a peer mentor was told: the `seq`th. */
export const statusKey = (of: "application" | "peer-mentor", id: SQL, seq: SQL): SQL =>
  keyInSql(`status:${of}`, id, seq);

/** The key of an occasion `o` that tells of a mentor's pause or return. */
export const IS_PAUSE: SQL = sql`o.key >= 'status:peer-mentor:' AND o.key < 'status:peer-mentor;'`;

/** The key of an occasion `o` that tells of an application's status, and the application's id in it. */
export const IS_STATUS: SQL = sql`o.key >= 'status:application:' AND o.key < 'status:application;'`;
export const STATUS_OF: SQL = sql`substr(rtrim(o.key, '0123456789'), 20, length(rtrim(o.key, '0123456789')) - 20)`;

/**
 * That a certificate was reminded of: its id, the version of the fact (the expiry, epoch ms), and what for: a step of the
 * ladder, or the dispatch when a person asked.
 */
export const reminderKey = (
  { id, expires_at }: { id: string; expires_at: number },
  why: number | string,
): string => `cert:${id}:${expires_at}:${why}`;

/** What the keys of reminders of an expiry begin with. */
export const expiryOf = (certificateId: SQL, expiresAt: SQL): SQL =>
  sql`${keyInSql("cert", certificateId, expiresAt)} || ':'`;

/** The same from a key of which the dispatch is the why: it ends with the id. */
export const expiryIn = (key: SQL, dispatchId: SQL): SQL =>
  sql`substr(${key}, 1, length(${key}) - length(${dispatchId}))`;

/** The condition that `key` is of a reminder of this expiry, whatever for. */
export const remindsOf = (key: SQL, expiry: SQL): SQL =>
  sql`(${key} > ${expiry} AND ${key} < ${expiry} || '~')`;

/** That a window of a subscription to statistics was summed up. */
export const summaryKey = (subscriptionId: string, period: string): string =>
  `summary:${subscriptionId}:${period}`;

/** The condition that `key` is of a summary of this subscription. */
export const isSummaryOf = (subscriptionId: string, key: SQL): SQL =>
  isWithin(key, `summary:${subscriptionId}`);

/** That a failed dispatch was followed by one on another channel. */
export const fallbackKey = (dispatchId: SQL): SQL => keyInSql("fallback", dispatchId);

/** The key of an occasion `o` that a dispatch followed another, and the other's id in it. */
export const IS_FALLBACK: SQL = sql`o.key >= 'fallback:' AND o.key < 'fallback;'`;
export const FALLBACK_OF: SQL = sql`substr(o.key, 10)`;

/** The condition that an occasion names this user, or waits for them: what their erasure must not leave behind. */
export function namesUser(userId: string): SQL {
  const ofKind = (kind: string) => isWithin(sql`key`, `${kind}:${part(userId)}`);
  return sql`${ofKind("deadline")} OR ${ofKind("digest")} OR ${dedupeKeys.key} = ${welcomeKey(userId)}
    OR ${dedupeKeys.dispatch_id} = ${waitingFor(sql`${userId}`)}
    OR ${isWithin(sql`${dedupeKeys.dispatch_id}`, `awaiting:${part(userId)}`)}`;
}
