import { type SQL, sql } from "drizzle-orm";
import { applications, matches, preferences } from "../../db/schema/index.ts";
import { preferred } from "../../preferences/defaults.ts";

/** The most items in a list of a message: Gmail clips mails at 102 KB, and nobody reads longer lists. Others are only counted. */
export const MAX_LISTED = 20;

/** Why the user gets a message about a grant. */
export const reasonOf = (applied: 0 | 1): "applied" | "matched" => (applied === 1 ? "applied" : "matched");

/** The status of an application that its user has withdrawn. The user no longer follows the grant. */
const WITHDRAWN = "withdrawn";

/** Whether an application `a` has not been withdrawn. */
export const STANDS: SQL = sql`a.status <> ${WITHDRAWN}`;

/**
 * The grants that users follow: those whose match reaches the user's threshold, and those that the user has applied for. A
 * subquery with `user_id`, `grant_id`, `applied` (0 or 1) and `followed_since` (epoch ms).
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
