import type { Ctx } from "../ctx.ts";
import { Failure } from "../lib/failure.ts";
import { release } from "./give-back.ts";
import { limitHeaders } from "./headers.ts";
import type { Budget, Reservation } from "./limiter.ts";

/** A slot in the budget of a user, for a dispatch that is about to be made. */
interface Wanted {
  userId: string;
  budget: Budget;
  dispatchId: string;
}

/**
 * Takes a slot for a single send by API and makes the dispatch. The slot is given back when it did not come into being:
 * `make` threw, or found (`isNew` says no) that an earlier request had made it.
 * @throws 429 when there is no slot now
 */
export async function inSlot<T>(
  ctx: Ctx,
  wanted: Wanted,
  make: () => Promise<T>,
  isNew: (made: T) => boolean,
): Promise<{ made: T; reservation: Reservation }> {
  const { userId, budget, dispatchId } = wanted;
  const reservation = await ctx.limiters(userId).reserve(budget, dispatchId);
  if (!reservation.allowed)
    throw new Failure("rate_limited", `The budget of ${budget.limit} (${budget.name}) is used up for now.`, {
      headers: limitHeaders(budget, reservation),
    });
  let isUsed = false;
  try {
    const made = await make();
    isUsed = isNew(made);
    return { made, reservation };
  } finally {
    if (!isUsed) await release(ctx, userId, budget, [dispatchId]);
  }
}
