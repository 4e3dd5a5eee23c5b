import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/client.ts";
import { lookNow, lookNowAtSteps } from "../schedules/user-schedules.ts";

/**
 * Statements for the batch that changes preferences: whatever changed, the jobs look at these users at once.
 * @param users a query of user_id
 */
export const lookAgain = (users: SQL, now: number): Statement[] => [
  lookNowAtSteps("deadlines", sql`SELECT user_id, ${now} AS at FROM (${users})`),
  lookNow("digest", users, now),
  lookNow("matches", users, now),
];
