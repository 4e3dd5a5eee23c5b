import { type SQL, sql } from "drizzle-orm";
import { dedupeKeys } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { isWithin, keyInSql, part, partInSql } from "./dedupe-keys.ts";

// What a dedupe key points to before there is a dispatch. It has its key at once, so that it is sent once. These texts are in
// deployed databases, as those of the keys are.

/** The placeholder of what waits for a user's next daily or weekly message. */
export const waitingFor = (userId: SQL): SQL => keyInSql("waiting", userId);

/** How long a notification waits for the directory to have its user and its grant; then it is given up. */
export const AWAITED_MS = 7 * DAY;

/**
 * The placeholder of what waits, since a time (epoch ms), for the directory to have the user or the grant. A type whose
 * waiting messages stay separate keeps a `note` for each.
 */
export const awaitingSince = (userId: SQL, since: number | SQL, note?: SQL): SQL =>
  keyInSql(
    "awaiting",
    partInSql(userId),
    ...(note === undefined ? [] : [note]),
    typeof since === "number" ? sql`${String(since)}` : since,
  );

/** The condition that a dedupe key `o` waits for the user, or for a grant of theirs, and since when it does. */
export const isAwaiting = (
  userId: SQL,
): SQL => sql`(o.dispatch_id >= ${keyInSql("awaiting", partInSql(userId))} || ':'
  AND o.dispatch_id < ${keyInSql("awaiting", partInSql(userId))} || ';')`;
export const AWAITING_SINCE: SQL = sql`CAST(substr(o.dispatch_id, -13) AS INTEGER)`;

/** The condition that a dedupe key waits for any user. */
export const IS_WAITING: SQL = sql`(${dedupeKeys.dispatch_id} >= 'awaiting:' AND ${dedupeKeys.dispatch_id} < 'awaiting;')`;

/** The note that a dedupe key `o` keeps while it waits for this user, or for a grant of theirs. */
export const awaitingNote = (userId: SQL): SQL =>
  sql`substr(o.dispatch_id, length(${keyInSql("awaiting", partInSql(userId))}) + 2,
    length(o.dispatch_id) - length(${keyInSql("awaiting", partInSql(userId))}) - 15)`;

/** The condition that a dedupe key waits for this user, for a message of theirs or for the directory. */
export const waitsForUser = (userId: string): SQL =>
  sql`(${dedupeKeys.dispatch_id} = ${waitingFor(sql`${userId}`)}
    OR ${isWithin(sql`${dedupeKeys.dispatch_id}`, `awaiting:${part(userId)}`)})`;
