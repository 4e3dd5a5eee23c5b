import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import { statsSubscriptions as table, users } from "../../db/schema/index.ts";
import { windowAt, type WindowKind } from "../../schedules/windows.ts";
import { goesStaleAt, livesIn, selectSums } from "./snapshot.ts";

/** The most snapshots in one portion, and portions in one run. */
const PORTION = 500;
const PORTIONS_PER_TICK = 20;

/** A snapshot that is out of date. */
interface Stale {
  id: string;
  user_id: string;
  time_window: WindowKind;
  timezone: string | null;
}

/**
 * Refreshes stale snapshots: an activity changed, its time came, or a new window began.
 * Two round trips a portion; the cost grows with what has changed.
 * @returns how many were stale
 */
export async function refreshStale(ctx: Ctx): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const now = ctx.clock.now();
    const { stale } = await ctx.db.read({ stale: staleQuery(now) });
    if (stale.length > 0) await ctx.db.write({ retake: retake(stale, now) });
    return { done: stale.length, isLast: stale.length < PORTION };
  });
  return done;
}

/** Reads stale snapshots, the oldest first. CROSS JOIN keeps SQLite from starting with the users. */
const staleQuery = (now: number): SQL<Stale> =>
  sql<Stale>`SELECT s.id, s.user_id, s.time_window, u.timezone
    FROM ${table} AS s CROSS JOIN ${users} AS u ON u.id = s.user_id
    WHERE s.stale_at <= ${now} ORDER BY s.stale_at LIMIT ${PORTION}`;

/**
 * One statement sums up and clears the mark, so that no change is missed in between. A subscription whose window or zone has
 * changed meanwhile stays marked.
 */
function retake(stale: readonly Stale[], now: number): SQL {
  const alike = Map.groupBy(stale, ({ time_window, timezone }) => `${time_window} ${timezone}`);
  const given = [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { start, end } = windowAt(first.time_window, first.timezone, now);
    return group.map(({ id, time_window, timezone }) => ({ id, time_window, timezone, start, end }));
  });
  const user = sql`${table}.user_id`;
  return sql`UPDATE ${table} SET
      (total_activities, completed_activities, completed_minutes) = (${selectSums(user, sql`g.start`, now + 1)}),
      last_refreshed_at = ${now}, stale_at = ${goesStaleAt(user, now, sql`g.end`)}
    FROM (SELECT value->>'id' AS id, value->>'time_window' AS time_window, value->>'timezone' AS timezone,
        value->>'start' AS start, value->>'end' AS "end" FROM json_each(${JSON.stringify(given)})) AS g
    WHERE ${table}.id = g.id AND ${table}.time_window = g.time_window AND ${livesIn(user, sql`g.timezone`)}
      AND ${table}.stale_at <= ${now}`;
}
