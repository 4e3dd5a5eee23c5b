import { type SQL, sql } from "drizzle-orm";
import { grants, matches, users } from "../../db/schema/index.ts";
import { AWAITED_MS } from "../../outbox/placeholders.ts";
import { DAY } from "../../lib/clock.ts";
import { preferred } from "../../preferences/defaults.ts";

/** The time from which a digest has matches (in its payload): after `from`, up to and including `to` (epoch ms). */
export interface DigestWindow {
  from: number;
  to: number;
}

/** Deadlines are listed if they are nearer than this, which is also the earliest reminder. */
const AHEAD_MS = 30 * DAY;

/** Whether a grant `g` has a deadline that is in the future and near enough to be listed. */
export const isAhead = (now: number): SQL => sql`(g.deadline > ${now} AND g.deadline <= ${now + AHEAD_MS})`;

/** Whether one can still apply for a grant `g`. */
export const isOpenGrant = (now: number): SQL => sql`(g.deadline IS NULL OR g.deadline > ${now})`;

/** When a match `m` became news: when the last of match, grant `g` and user `u` arrived. */
const NEWS_AT: SQL = sql`max(m.created_at, coalesce(g.created_at, 0), u.created_at)`;

/**
 * FROM and WHERE of the matches `m` of a window and their grants `g`: grants that are open, and scores that reach the
 * threshold in the user's preferences `p`.
 */
export const freshMatches = ({
  user,
  from,
  to,
  now,
}: Record<"user" | "from" | "to", SQL> & { now: number }): SQL =>
  sql`${matches} AS m CROSS JOIN ${users} AS u ON u.id = m.user_id
    CROSS JOIN ${grants} AS g ON g.id = m.grant_id
    WHERE m.user_id = ${user} AND m.created_at > ${from} - ${AWAITED_MS} AND m.created_at <= ${to}
      AND ${NEWS_AT} > ${from} AND ${NEWS_AT} <= ${to}
      AND m.score >= ${preferred("match_threshold")} AND ${isOpenGrant(now)}`;
