import { type SQL, sql } from "drizzle-orm";
import { applications, matches, preferences } from "../../db/schema/index.ts";
import { preferred } from "../../preferences/defaults.ts";

/** A message lists at most so many things of a kind; the rest is only counted. */
export const MAX_LISTED = 20;

/** Why a message is about a grant. */
export const reasonOf = (applied: 0 | 1): "applied" | "matched" => (applied === 1 ? "applied" : "matched");

/** The status of an application that its user has taken back: the user does not follow its grant any more. */
const WITHDRAWN = "withdrawn";

/** Whether an application `a` still stands. */
export const STANDS: SQL = sql`a.status <> ${WITHDRAWN}`;

/**
 * The grants that users follow, as a subquery of `user_id`, `grant_id`, `applied` (0 or 1) and `followed_since` (epoch ms):
 * those that match as well as the user has asked for, and those that the user has applied for.
 * @param users a query of ids, in a column `value`
 */
export const followedBy = (users: SQL): SQL =>
  sql`(SELECT user_id, grant_id, max(applied) AS applied, min(since) AS followed_since FROM (
      SELECT m.user_id, m.grant_id, 0 AS applied, m.created_at AS since FROM (${users}) AS j
        CROSS JOIN ${matches} AS m ON m.user_id = j.value LEFT JOIN ${preferences} AS p ON p.user_id = m.user_id
        WHERE m.score >= ${preferred("match_threshold")}
      UNION ALL SELECT a.user_id, a.grant_id, 1, a.status_seq FROM (${users}) AS j
        CROSS JOIN ${applications} AS a ON a.user_id = j.value WHERE ${STANDS})
    GROUP BY user_id, grant_id)`;
