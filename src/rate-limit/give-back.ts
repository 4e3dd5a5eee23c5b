import type { Ctx } from "../ctx.ts";
import { inParallel } from "../lib/parallel.ts";
import { budgetOf } from "./budgets.ts";
import type { Budget } from "./limiter.ts";

/** Limiters that are called at the same time. */
export const PARALLEL_LIMITERS = 50;

/** A dispatch that holds a slot and will not be sent, at least not with this one. */
export interface Unsent {
  id: string;
  user_id: string;
  channel: string;
  type: string;
}

/**
 * Gives the slots of dispatches back that ended before any attempt: one call a user. It never fails and may be repeated.
 * What could not be given back is lost to its user, at most as far ahead as the horizon.
 */
export async function giveBack(ctx: Ctx, unsent: readonly Unsent[]): Promise<void> {
  const byLimiter = Map.groupBy(unsent, ({ user_id, channel, type }) =>
    JSON.stringify([user_id, budgetOf(ctx, { channel, type })?.name]),
  );
  await inParallel([...byLimiter.values()], PARALLEL_LIMITERS, async (own) => {
    const [first] = own;
    const budget = first && budgetOf(ctx, first);
    if (first === undefined || budget == null) return;
    await release(
      ctx,
      first.user_id,
      budget,
      own.map(({ id }) => id),
    );
  });
}

/** Gives slots of one user back. It never fails. */
export async function release(
  ctx: Ctx,
  userId: string,
  budget: Budget,
  dispatchIds: readonly string[],
): Promise<void> {
  try {
    await ctx.limiters(userId).release(budget, dispatchIds);
  } catch (error) {
    ctx.log.error("limiter_failed", error, { dispatches: dispatchIds.length });
  }
}
