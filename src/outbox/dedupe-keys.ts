import { type SQL, sql } from "drizzle-orm";
import { dedupeKeys } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";

// The form of every dedupe key: its kind and its parts, with a `:` between them. These texts must stay as they are: a key
// that a deployed database has in another form would be used again, and a message sent twice. An id of the directory may
// contain a `:`. It is encoded in keys with two ids and in keys that are searched by user; elsewhere only parts without a
// `:` follow it.
const part = encodeURIComponent;

/** A key in SQL. */
const keyInSql = (kind: string, ...parts: SQL[]): SQL =>
  sql`(${sql.join([sql.raw(`'${kind}'`), ...parts.map((one) => sql`(${one})`)], sql` || ':' || `)})`;

/** The condition that `key` begins with the parts in `begin`. `;` is the character after `:`. */
const isWithin = (key: SQL, begin: string): SQL =>
  sql`(${key} >= ${`${begin}:`} AND ${key} < ${`${begin};`})`;

/** That a user was reminded of a grant's deadline (epoch ms) at a step of the ladder (days before it). */
export const deadlineKey = (userId: string, grantId: string, deadline: number, step: number): string =>
  `deadline:${part(userId)}:${part(grantId)}:${deadline}:${step}`;

/** The nth part of a key `o.key`, decoded. An id of the directory has no other characters that `part` encodes. */
const partOfKey = (n: number): SQL =>
  sql`replace(replace(('["' || replace(o.key, ':', '","') || '"]')->>${sql.raw(String(n))}, '%3A', ':'), '%40', '@')`;

/** The condition that the key of `o` is of a deadline's reminder, and the grant's id and the deadline (epoch ms) in it. */
export const IS_DEADLINE: SQL = sql`o.key >= 'deadline:' AND o.key < 'deadline;'`;
export const DEADLINE_GRANT: SQL = partOfKey(2);
export const DEADLINE: SQL = sql`CAST(${partOfKey(3)} AS INTEGER)`;

/** That a user got the digest of a local week, such as `2026-W13`. */
export const digestKey = (userId: string, week: string): string => `digest:${part(userId)}:${week}`;

/** That a user was welcomed. */
export const welcomeKey = (userId: string): string => `welcome:${userId}`;

/** The user whom the dispatch with this key welcomes. */
export const welcomedBy = (key: SQL): SQL => sql`substr(${key}, ${welcomeKey("").length + 1})`;

/** That a user was notified of a match. */
export const matchKey = (matchId: SQL): SQL => keyInSql("match", matchId);

/** The condition that the key of `o` is of a match, and the match's id in it. */
export const IS_MATCH: SQL = sql`o.key >= 'match:' AND o.key < 'match;'`;
export const MATCH_ID: SQL = sql`substr(o.key, 7)`;

/**
 * Not a key, but a placeholder for a dispatch's id: matches that wait for a user's daily or weekly message have their dedupe
 * keys already, so that each is sent once. The keys point to this until the message is made.
 */
export const waitingFor = (userId: SQL): SQL => keyInSql("waiting", userId);

/** `part` in SQL, for an id of the directory. */
const encoded = (id: SQL): SQL => sql`replace(replace(${id}, ':', '%3A'), '@', '%40')`;

/** How long a notification waits for the directory to have its user and its grant; then it is given up. */
export const AWAITED_MS = 7 * DAY;

/**
 * Another placeholder: the directory does not have the user or the grant yet, and the notification waits for them since a
 * time (epoch ms). A match then goes into a message with others. A status and a pause get messages of their own and keep a
 * `note` for them: the status before, or the record.
 */
export const awaitingSince = (userId: SQL, since: number | SQL, note?: SQL): SQL =>
  keyInSql(
    "awaiting",
    encoded(userId),
    ...(note === undefined ? [] : [note]),
    typeof since === "number" ? sql`${String(since)}` : since,
  );

/** The condition that a dedupe key `o` waits for the user, or for a grant of theirs, and since when it does. */
export const isAwaiting = (
  userId: SQL,
): SQL => sql`(o.dispatch_id >= ${keyInSql("awaiting", encoded(userId))} || ':'
  AND o.dispatch_id < ${keyInSql("awaiting", encoded(userId))} || ';')`;
export const AWAITING_SINCE: SQL = sql`CAST(substr(o.dispatch_id, -13) AS INTEGER)`;

/** The condition that a dedupe key waits for any user. */
export const IS_WAITING: SQL = sql`(${dedupeKeys.dispatch_id} >= 'awaiting:' AND ${dedupeKeys.dispatch_id} < 'awaiting;')`;

/** The note that a dedupe key `o` keeps while it waits for this user, or for a grant of theirs. */
export const awaitingNote = (userId: SQL): SQL =>
  sql`substr(o.dispatch_id, length(${keyInSql("awaiting", encoded(userId))}) + 2,
    length(o.dispatch_id) - length(${keyInSql("awaiting", encoded(userId))}) - 15)`;

/** That a user was notified of the `seq`th status of an application or a peer mentor. */
export const statusKey = (of: "application" | "peer-mentor", id: SQL, seq: SQL): SQL =>
  keyInSql(`status:${of}`, id, seq);

/** The condition that the key of `o` is of a mentor's pause or return. */
export const IS_PAUSE: SQL = sql`o.key >= 'status:peer-mentor:' AND o.key < 'status:peer-mentor;'`;

/** The condition that the key of `o` is of an application's status, and the application's id in it. */
export const IS_STATUS: SQL = sql`o.key >= 'status:application:' AND o.key < 'status:application;'`;
export const STATUS_OF: SQL = sql`substr(rtrim(o.key, '0123456789'), 20, length(rtrim(o.key, '0123456789')) - 20)`;

/**
 * That a user was reminded of a certificate: its id, its expiry (epoch ms), and why: a step of the ladder (days before it), or
 * the dispatch when a person asked for it.
 */
export const reminderKey = (
  { id, expires_at }: { id: string; expires_at: number },
  why: number | string,
): string => `cert:${id}:${expires_at}:${why}`;

/** What the keys of reminders of an expiry begin with. */
export const expiryOf = (certificateId: SQL, expiresAt: SQL): SQL =>
  sql`${keyInSql("cert", certificateId, expiresAt)} || ':'`;

/** The same from the key of a reminder that a person asked for: it ends with the dispatch's id. */
export const expiryIn = (key: SQL, dispatchId: SQL): SQL =>
  sql`substr(${key}, 1, length(${key}) - length(${dispatchId}))`;

/** The condition that `key` is of a reminder of this expiry, whatever its reason. */
export const remindsOf = (key: SQL, expiry: SQL): SQL =>
  sql`(${key} > ${expiry} AND ${key} < ${expiry} || '~')`;

/** That the summary of a subscription's window was sent. */
export const summaryKey = (subscriptionId: string, period: string): string =>
  `summary:${subscriptionId}:${period}`;

/** The condition that `key` is of a summary of this subscription. */
export const isSummaryOf = (subscriptionId: string, key: SQL): SQL =>
  isWithin(key, `summary:${subscriptionId}`);

/** That a failed dispatch was followed by one on another channel. */
export const fallbackKey = (dispatchId: SQL): SQL => keyInSql("fallback", dispatchId);

/** The condition that the key of `o` is of a fallback, and the id of the dispatch that had failed. */
export const IS_FALLBACK: SQL = sql`o.key >= 'fallback:' AND o.key < 'fallback;'`;
export const FALLBACK_OF: SQL = sql`substr(o.key, 10)`;

/** The condition that a dedupe key names this user or waits for them: what erasing the user must remove, too. */
export function namesUser(userId: string): SQL {
  const ofKind = (kind: string) => isWithin(sql`key`, `${kind}:${part(userId)}`);
  return sql`${ofKind("deadline")} OR ${ofKind("digest")} OR ${dedupeKeys.key} = ${welcomeKey(userId)}
    OR ${dedupeKeys.dispatch_id} = ${waitingFor(sql`${userId}`)}
    OR ${isWithin(sql`${dedupeKeys.dispatch_id}`, `awaiting:${part(userId)}`)}`;
}
