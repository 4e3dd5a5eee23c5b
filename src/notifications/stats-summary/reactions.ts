import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { activities, statsSubscriptions } from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";

type Activity = typeof activities.$inferSelect;

/** Marks snapshots as stale: those of the present and former users of the changed activities. */
export function outdateSnapshots(ctx: Ctx, { rows }: Change<Activity>): Consequences {
  const owners = sql`WITH changed AS (SELECT a.user_id AS was, g.value->>'user_id' AS is_now
      FROM json_each(${JSON.stringify(rows)}) AS g LEFT JOIN ${activities} AS a ON a.id = g.value->>'id'
      WHERE a.user_id IS NOT g.value->>'user_id' OR a.status IS NOT g.value->>'status'
        OR a.minutes IS NOT g.value->>'minutes' OR a.occurred_at IS NOT g.value->>'occurred_at')
    SELECT was FROM changed WHERE was IS NOT NULL UNION SELECT is_now FROM changed`;
  return { before: [markStale(owners, ctx.clock.now())] };
}

/** The same for an activity that is about to be deleted. */
export const outdateSnapshot = (ctx: Ctx, activityId: string): Statement[] => [
  markStale(sql`SELECT user_id FROM ${activities} WHERE id = ${activityId}`, ctx.clock.now()),
];

/**
 * Marks snapshots as stale. One that is marked already is not written again, so that an import of thousands of activities
 * writes it once. @param users a query of ids, one column
 */
const markStale = (users: SQL, now: number): Statement =>
  sql`UPDATE ${statsSubscriptions} SET stale_at = ${now} WHERE user_id IN (${users}) AND stale_at > ${now}`;

/**
 * Reschedules the subscriptions of users who have moved to another time zone, because their windows begin and end at other
 * instants. Too early is harmless, since `period` says what is pending. The `- 1` makes sure that both times change, so that
 * a running job notices. @param users a query of ids, one column
 */
export function moveSubscriptions(ctx: Ctx, users: SQL): Statement {
  const now = ctx.clock.now();
  return sql`UPDATE ${statsSubscriptions} SET next_at = min(next_at, ${now}) - 1, stale_at = min(stale_at, ${now}) - 1
    WHERE user_id IN (${users})`;
}
