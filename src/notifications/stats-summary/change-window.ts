import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { statsSubscriptions as table } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { windowAt, type WindowKind } from "../../schedules/windows.ts";
import { firstPending } from "./periods.ts";
import {
  findSubscription,
  requireSubscription,
  subscribedAlready,
  type Subscription,
  type ZonedSubscription,
} from "./read.ts";
import { goesStaleAt, livesIn, selectSums } from "./snapshot.ts";

/**
 * Gives a subscription another window, with a new snapshot. The next summary is that of the new window which is open now. If
 * it is the same window as before, the pending summary does not change. Two round trips.
 * @throws 404 outside the scope; 409 naming the user's other subscription to that window
 */
export async function changeWindow(
  ctx: Ctx,
  scope: Scope,
  id: string,
  kind: WindowKind,
): Promise<Subscription> {
  const { found } = await ctx.db.read({ found: findSubscription(scope, id) });
  const before = requireSubscription(found);
  const {
    after,
    others: [other],
  } = await ctx.db.write({
    update: update(ctx, scope, before, kind),
    after: findSubscription(scope, id),
    others: sql<Pick<Subscription, "id" | "time_window">>`SELECT id, time_window FROM ${table}
      WHERE user_id = ${before.user_id} AND time_window = ${kind} AND id <> ${id}`,
  });
  const changed = requireSubscription(after);
  if (other !== undefined) throw subscribedAlready(other);
  return changed;
}

/** If the user moves to another zone at this moment, snapshot and summary are due at once, and the jobs correct both. */
function update(
  ctx: Ctx,
  scope: Scope,
  { id, user_id, timezone }: ZonedSubscription,
  kind: WindowKind,
): Statement {
  const now = ctx.clock.now();
  const open = windowAt(kind, timezone, now);
  const { period, next_at } = firstPending(kind, timezone, ctx.config.digestHour, now);
  const stays = livesIn(user_id, timezone);
  const unchanged = sql`time_window = ${kind}`;
  return sql`UPDATE ${table} SET time_window = ${kind},
      (total_activities, completed_activities, completed_minutes) = (${selectSums(user_id, open.start, now + 1)}),
      last_refreshed_at = ${now}, updated_at = ${now},
      stale_at = iif(${stays}, ${goesStaleAt(user_id, now, open.end)}, ${now}),
      period = iif(${unchanged}, period, ${period}),
      next_at = iif(${unchanged}, next_at, iif(${stays}, ${next_at}, ${now}))
    WHERE id = ${id} AND EXISTS (${findSubscription(scope, id)}) AND NOT EXISTS (SELECT 1 FROM ${table} AS o
      WHERE o.user_id = ${user_id} AND o.time_window = ${kind} AND o.id <> ${id})`;
}
