import { type SQL, sql } from "drizzle-orm";
import { grants, matches, users } from "../../db/schema/index.ts";
import { AWAITED_MS } from "../../outbox/placeholders.ts";
import { DAY } from "../../lib/clock.ts";
import { preferred } from "../../preferences/defaults.ts";

/** The matches of a digest, as its `payload` has them: those made after `from`, up to and with `to` (epoch ms). */
export interface DigestWindow {
  from: number;
  to: number;
}

/** How far ahead deadlines are listed: as far as there are reminders for them. */
const AHEAD_MS = 30 * DAY;

/** Whether the deadline of a grant `g` is ahead, and near enough to be listed. */
export const isAhead = (now: number): SQL => sql`(g.deadline > ${now} AND g.deadline <= ${now + AHEAD_MS})`;

/** Whether one can still apply for a grant `g`: what has closed is no news. */
export const isOpenGrant = (now: number): SQL => sql`(g.deadline IS NULL OR g.deadline > ${now})`;

/** When a match `m` became news: once it, its grant `g` and its user `u` were known here, in whichever order. */
const NEWS_AT: SQL = sql`max(m.created_at, coalesce(g.created_at, 0), u.created_at)`;

/**
 * The matches `m` of a window with their grants `g`, as a FROM clause and its conditions: of grants that are open, as good
 * as the user of the preferences `p` asks for.
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
