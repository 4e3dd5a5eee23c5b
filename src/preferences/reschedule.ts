import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/statement.ts";
import { rescheduleNow, rescheduleSteps } from "../schedules/user-schedules.ts";

/**
 * Statements for the batch that changes preferences: the next run of each job deals with these users, whatever changed.
 * @param users a query of user_id
 */
export const reschedule = (users: SQL, now: number): Statement[] => [
  rescheduleSteps("deadlines", sql`SELECT user_id, ${now} AS at FROM (${users})`),
  rescheduleNow("digest", users, now),
  rescheduleNow("matches", users, now),
];
