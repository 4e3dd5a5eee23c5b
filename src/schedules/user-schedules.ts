import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/statement.ts";
import { type ScheduleKind, userSchedules } from "../db/schema/index.ts";
import { DAY, HOUR } from "../lib/clock.ts";

/** A row of user_schedules that is due. */
export interface DueSchedule {
  user_id: string;
  period: string | null;
  next_at: number;
}

/** Reads up to `limit` users who are due, the longest overdue first. */
export const dueSchedules = (kind: ScheduleKind, now: number, limit: number): SQL<DueSchedule> =>
  sql<DueSchedule>`SELECT user_id, period, next_at FROM ${userSchedules}
    WHERE kind = ${kind} AND next_at <= ${now} ORDER BY next_at LIMIT ${limit}`;

/**
 * The statement that makes these users due now. It belongs into the batch that changes their schedules. Too early is
 * harmless: the job works out what is due. The `- 1` makes sure that `next_at` changes, so that a running job notices.
 * @param users a query with a column `user_id`
 */
export const rescheduleNow = (kind: ScheduleKind, users: SQL, now: number): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, next_at)
    SELECT user_id, ${kind}, ${now} FROM (SELECT DISTINCT user_id FROM (${users})) WHERE true
    ON CONFLICT (user_id, kind) DO UPDATE SET next_at = min(next_at, excluded.next_at) - 1`;

/**
 * The same where a new or changed fact adds reminder steps. Steps before the change are not sent (`since`), unless the
 * schedule was overdue.
 * @param users a query of `user_id` and `at`, the time of the change
 */
export const rescheduleSteps = (kind: ScheduleKind, users: SQL): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, since, next_at)
    SELECT user_id, ${kind}, min(at), min(at) FROM (${users}) WHERE true GROUP BY user_id
    ON CONFLICT (user_id, kind) DO UPDATE SET since = iif(next_at > excluded.next_at, excluded.next_at, since),
      next_at = min(next_at, excluded.next_at) - 1`;

/** Makes these users due now if they have no such schedule yet. @param users a query with a column `user_id` */
export const scheduleIfNew = (kind: ScheduleKind, users: SQL, now: number): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, next_at)
    SELECT user_id, ${kind}, ${now} FROM (SELECT DISTINCT user_id FROM (${users})) WHERE true
    ON CONFLICT DO NOTHING`;

/** The most by which a new time zone can move a step: a day, and the hours of a clock change. */
const MOST_MOVED_MS = DAY + 2 * HOUR;

/**
 * Makes users who have moved to another time zone due now, in each of their schedules. A step that the move puts into the
 * past is still sent.
 * @param users a query of ids, one column
 */
export const rescheduleAll = (users: SQL, now: number): Statement =>
  sql`UPDATE ${userSchedules} SET next_at = min(next_at, ${now}) - 1,
      since = iif(kind = 'deadlines', since - ${MOST_MOVED_MS}, since) WHERE user_id IN (${users})`;

/**
 * Statements for the end of a run. They set when each user is due next, or delete the schedule. A schedule that has changed
 * since the run read it (by its `next_at`) stays due.
 * @param nextOf when each user is due next, epoch ms; the schedule of a user who is not in it is deleted
 * @param periodOf the day or week that the next run is for, if any
 * @param sinceOf the time up to which everything has been handled; it does not change for a user who is not in it
 */
export function rescheduled(
  kind: ScheduleKind,
  due: readonly Pick<DueSchedule, "user_id" | "next_at">[],
  nextOf: ReadonlyMap<string, number>,
  periodOf: ReadonlyMap<string, string> = new Map(),
  sinceOf: ReadonlyMap<string, number> = new Map(),
): Statement[] {
  const rows = due.map(({ user_id, next_at }) => ({
    user_id,
    seen: next_at,
    next: nextOf.get(user_id) ?? null,
    period: periodOf.get(user_id) ?? null,
    since: sinceOf.get(user_id) ?? null,
  }));
  const given = sql`(SELECT value->>'user_id' AS user_id, value->>'seen' AS seen, value->>'next' AS next,
    value->>'period' AS period, value->>'since' AS since FROM json_each(${JSON.stringify(rows)}))`;
  // The unary plus keeps SQLite to the primary key. By the other index it would scan the schedules of all users.
  return [
    sql`UPDATE ${userSchedules} SET next_at = g.next, period = g.period, since = coalesce(g.since, ${userSchedules}.since)
      FROM ${given} AS g
      WHERE ${userSchedules}.user_id = g.user_id AND +kind = ${kind} AND +next_at = g.seen AND g.next IS NOT NULL`,
    sql`DELETE FROM ${userSchedules} WHERE (user_id, kind, next_at) IN
      (SELECT g.user_id, ${kind}, g.seen FROM ${given} AS g WHERE g.next IS NULL)`,
  ];
}

/** The rows of a query with a LIMIT, without those of a user whose rows were cut off. */
export interface WholeUsers<T> {
  /** They include those of the user whose rows were cut off only if there is no other user. */
  rows: readonly T[];
  /** Whether this portion handles the user. The other users stay due. */
  covers(userId: string): boolean;
  /** The user whose rows were cut off; null when the query has read everything. */
  cut: string | null;
}

/**
 * Selects the users whose rows were all read, so that a portion stays bounded however many rows its users have. If even the
 * first user has more rows than `limit`, those that were read are taken, so that each portion makes progress.
 * @param rows in the order of `user_id`, at most `limit`
 */
export function wholeUsers<T extends { user_id: string }>(rows: readonly T[], limit: number): WholeUsers<T> {
  const last = rows.at(-1)?.user_id;
  if (last === undefined || rows.length < limit) return { rows, covers: () => true, cut: null };
  if (rows[0]?.user_id === last) return { rows, covers: (userId) => userId <= last, cut: last };
  return {
    rows: rows.filter((row) => row.user_id < last),
    covers: (userId) => userId < last,
    cut: last,
  };
}
