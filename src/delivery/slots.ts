import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { inParallel } from "../lib/parallel.ts";
import { PARALLEL_LIMITERS, type Unsent } from "../rate-limit/budgets.ts";
import type { Budget, Slot } from "../rate-limit/limiter.ts";

/**
 * Asks the users' limiters for slots, in the order of the dispatches: one call a user, first for the users with the most.
 * @param withinMs after so long no further limiter is asked
 * @returns slots by dispatch; none where the limiter did not answer or was not asked
 */
export async function slotsFor(
  ctx: Ctx,
  budget: Budget,
  wanted: readonly { id: string; user_id: string }[],
  withinMs = Number.POSITIVE_INFINITY,
): Promise<Map<string, Slot>> {
  const end = ctx.clock.now() + withinMs;
  const users = [...Map.groupBy(wanted, ({ user_id }) => user_id)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  const slots = await inParallel(users, PARALLEL_LIMITERS, async ([userId, own]) => {
    if (ctx.clock.now() >= end) return [];
    const ids = own.map(({ id }) => id);
    try {
      return await ctx.limiters(userId).slots(budget, ids);
    } catch (error) {
      ctx.log.error("limiter_failed", error, { dispatches: ids.length });
      return [];
    }
  });
  return new Map(slots.flat().map((slot) => [slot.id, slot]));
}

/**
 * Whether a dispatch has a slot that no attempt has used. When its consumer was lost while it had the dispatch, the message
 * may have been sent, and the slot counts as used.
 */
export const holdsUnusedSlot = ({
  slot_at,
  sent_at,
  claims,
}: Pick<Dispatch, "slot_at" | "sent_at" | "claims">): boolean =>
  slot_at !== null && (sent_at === null || sent_at < slot_at) && claims <= 1;

/** Reads, after `cancelQueued` in the same batch, the dispatches whose slots are free now. */
export const cancelledUnsent = (where: SQL): SQL<Unsent> =>
  sql<Unsent>`SELECT id, user_id, channel, type FROM ${dispatches} WHERE ${where} AND status = 'cancelled'
    AND slot_at IS NOT NULL AND (sent_at IS NULL OR sent_at < slot_at)`;
