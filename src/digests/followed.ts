import { type SQL, sql } from "drizzle-orm";
import { applications, matches, preferences } from "../db/schema/index.ts";
import { preferred } from "../preferences/defaults.ts";

/** One message lists so many things of a kind; the rest is only counted. */
export const MAX_LISTED = 20;

/** Why a user hears of a grant. */
export const reasonOf = (applied: 0 | 1): "applied" | "matched" => (applied === 1 ? "applied" : "matched");

/**
 * The grants that users follow, as a subquery of `user_id`, `grant_id` and `applied` (0 or 1): those that they match as well
 * as they wish, and those that they have applied for.
 * @param userIds a JSON array
 */
export const followedBy = (userIds: string): SQL =>
  sql`(SELECT user_id, grant_id, max(applied) AS applied FROM (
      SELECT m.user_id, m.grant_id, 0 AS applied FROM json_each(${userIds}) AS j
        CROSS JOIN ${matches} AS m ON m.user_id = j.value LEFT JOIN ${preferences} AS p ON p.user_id = m.user_id
        WHERE m.score >= ${preferred("match_threshold")}
      UNION ALL SELECT a.user_id, a.grant_id, 1 FROM json_each(${userIds}) AS j
        CROSS JOIN ${applications} AS a ON a.user_id = j.value)
    GROUP BY user_id, grant_id)`;
