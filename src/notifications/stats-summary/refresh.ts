import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { statsSubscriptions as table } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { windowAt } from "../../schedules/windows.ts";
import { findSubscription, requireSubscription, type Subscription } from "./read.ts";
import { goesStaleAt, livesIn, selectSums } from "./snapshot.ts";

/**
 * Refreshes a subscription's snapshot: from the start of the window up to now. Two round trips.
 * @throws 404 outside the scope
 */
export async function refreshSnapshot(ctx: Ctx, scope: Scope, id: string): Promise<Subscription> {
  const { found } = await ctx.db.read({ found: findSubscription(scope, id) });
  const { user_id, timezone, time_window } = requireSubscription(found);
  const now = ctx.clock.now();
  const open = windowAt(time_window, timezone, now);
  const { after } = await ctx.db.write({
    // Does nothing if the window or zone has changed: a new window has a new snapshot, and a new zone makes this one stale.
    update: sql`UPDATE ${table} SET
        (total_activities, completed_activities, completed_minutes) = (${selectSums(user_id, open.start, now + 1)}),
        last_refreshed_at = ${now},
        stale_at = iif(${livesIn(user_id, timezone)}, ${goesStaleAt(user_id, now, open.end)}, ${now})
      WHERE id = ${id} AND time_window = ${time_window} AND EXISTS (${findSubscription(scope, id)})`,
    after: findSubscription(scope, id),
  });
  return requireSubscription(after);
}
