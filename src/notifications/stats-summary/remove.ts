import { type SQL, sql } from "drizzle-orm";
import { audited, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { dispatches, dedupeKeys, statsSubscriptions as table } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { cancelQueued, SUBSCRIPTION_REMOVED, cancelledUnsent } from "../../outbox/change.ts";
import { fallbackKey } from "../../outbox/dedupe-keys.ts";
import { notFound } from "../../lib/failure.ts";
import { giveBack } from "../../rate-limit/budgets.ts";
import { isSummaryOf } from "./dedupe-key.ts";
import { findSubscription } from "./read.ts";

/**
 * Removes a subscription. Its queued summaries are cancelled. One that is being sent at this moment gets no fallback e-mail.
 * One round trip.
 * @throws 404 outside the scope
 */
export async function removeSubscription(
  ctx: Ctx,
  scope: Scope,
  { actor, requestId }: Author,
  id: string,
): Promise<void> {
  const own = dispatchesOf(scope, id);
  const { unsent, removed } = await ctx.db.write({
    cancel: cancelQueued(ctx, sql`${dispatches.id} IN (${own})`, SUBSCRIPTION_REMOVED),
    unsent: cancelledUnsent(sql`${dispatches.id} IN (${own})`),
    endFallback: sql`UPDATE ${dispatches} SET fallback = NULL
      WHERE id IN (${own}) AND fallback IS NOT NULL AND status = 'sending'`,
    deletion: sql`DELETE FROM ${table} WHERE id IN (SELECT id FROM (${findSubscription(scope, id)}))`,
    removed: audited({
      id: ctx.ids.uuid(),
      // The audit log is kept when a user is erased. So it does not name a user who removes their own subscription.
      actor: scope.kind === "own" ? "user" : actor,
      action: "stats_subscription.delete",
      target: id,
      requestId,
    }),
  });
  if (removed.length === 0) throw notFound("stats notification");
  await giveBack(ctx, unsent);
}

/** The dispatches of a subscription's summaries, and their fallbacks. */
function dispatchesOf(scope: Scope, id: string): SQL {
  const own = sql`SELECT o.dispatch_id FROM ${dedupeKeys} AS o
    WHERE ${isSummaryOf(id, sql`o.key`)} AND EXISTS (${findSubscription(scope, id)})`;
  return sql`${own} UNION ALL SELECT f.dispatch_id FROM ${dedupeKeys} AS f
    WHERE f.key IN (SELECT ${fallbackKey(sql`dispatch_id`)} FROM (${own}))`;
}
