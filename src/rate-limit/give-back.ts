import type { Ctx } from "../ctx.ts";
import type { Budget } from "./limiter.ts";

/** Gives back the slot of a dispatch that did not come into being. If that fails too, the user's budget is smaller by one. */
export async function giveBack(ctx: Ctx, userId: string, budget: Budget, dispatchId: string): Promise<void> {
  try {
    await ctx.limiters(userId).release(budget, dispatchId);
  } catch (error) {
    ctx.log.error("limiter_failed", error);
  }
}
