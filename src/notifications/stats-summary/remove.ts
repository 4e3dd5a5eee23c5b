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
 * Removes a subscription. Summaries of it that wait to be sent are cancelled, and one that is being sent at this moment
 * is followed by no e-mail should it fail. One round trip.
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
      // A user who removes an own subscription is not named: the audit log stays when the user is erased.
      actor: scope.kind === "own" ? "user" : actor,
      action: "stats_subscription.delete",
      target: id,
      requestId,
    }),
  });
  if (removed.length === 0) throw notFound("stats notification");
  await giveBack(ctx, unsent);
}

/** The dispatches of a subscription's summaries, and those that followed them on another channel. */
function dispatchesOf(scope: Scope, id: string): SQL {
  const own = sql`SELECT o.dispatch_id FROM ${dedupeKeys} AS o
    WHERE ${isSummaryOf(id, sql`o.key`)} AND EXISTS (${findSubscription(scope, id)})`;
  return sql`${own} UNION ALL SELECT f.dispatch_id FROM ${dedupeKeys} AS f
    WHERE f.key IN (SELECT ${fallbackKey(sql`dispatch_id`)} FROM (${own}))`;
}
