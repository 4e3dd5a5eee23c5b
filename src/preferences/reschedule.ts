import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/statement.ts";
import { rescheduleNow, rescheduleSteps } from "../schedules/user-schedules.ts";

/**
 * Statements for the batch that changes preferences. They make these users due in every job, which then works out what to do.
 * @param users a query of user_id
 */
export const reschedule = (users: SQL, now: number): Statement[] => [
  rescheduleSteps("deadlines", sql`SELECT user_id, ${now} AS at FROM (${users})`),
  rescheduleNow("digest", users, now),
  rescheduleNow("matches", users, now),
];
