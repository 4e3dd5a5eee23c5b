import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { statsSubscriptions } from "../../db/schema/index.ts";

/**
 * Marks the snapshots of these users as out of date; for the batch that changes their activities. One that is marked
 * already is not written again, so that an import of thousands of activities costs no more than its first.
 * @param users a query of ids, one column
 */
export const snapshotsStale = (users: SQL, now: number): Statement =>
  sql`UPDATE ${statsSubscriptions} SET stale_at = ${now} WHERE user_id IN (${users}) AND stale_at > ${now}`;

/**
 * Makes the jobs look at everything these users subscribe to: their windows begin and end at other instants now. Looking
 * too early is harmless, since `period` says what is pending. Both times always change (hence the 1), so that a job
 * which is at work on what it read before notices.
 * @param users a query of ids, one column
 */
export const subscriptionsMoved = (users: SQL, now: number): Statement =>
  sql`UPDATE ${statsSubscriptions} SET next_at = min(next_at, ${now}) - 1, stale_at = min(stale_at, ${now}) - 1
    WHERE user_id IN (${users})`;
