import type { Ctx } from "../ctx.ts";
import { inParallel } from "../lib/parallel.ts";
import { budgetOf } from "./budgets.ts";
import type { Budget } from "./limiter.ts";

/** Limiters that are called at the same time. */
export const PARALLEL_LIMITERS = 50;

/** A dispatch that holds a slot and will not be sent in it. */
export interface Unsent {
  id: string;
  user_id: string;
  channel: string;
  type: string;
}

/**
 * Frees the slots of dispatches that ended before any attempt: one call a user. It never throws and may be repeated. A slot
 * that could not be freed is lost to its user, up to the horizon at most.
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

/** Frees slots of one user. It never throws. */
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
