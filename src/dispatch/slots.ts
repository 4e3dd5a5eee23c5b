import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { groupBy } from "../lib/chunks.ts";
import { inParallel } from "../lib/parallel.ts";
import { PARALLEL_LIMITERS } from "../rate-limit/give-back.ts";
import type { Budget, Slot } from "../rate-limit/limiter.ts";

/**
 * Asks the users' limiters for slots: one call a user, in the order of the dispatches.
 * @returns by dispatch; where a limiter did not answer, none
 */
export async function slotsFor(
  ctx: Ctx,
  budget: Budget,
  wanted: readonly { id: string; user_id: string }[],
): Promise<Map<string, Slot>> {
  const byUser = groupBy(wanted, ({ user_id }) => user_id);
  const slots = await inParallel([...byUser], PARALLEL_LIMITERS, async ([userId, own]) => {
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
 * Whether a dispatch has a slot that no attempt has used. Whose consumer was lost with it in hand may have been sent, and
 * its slot counts as used.
 */
export const holdsUnusedSlot = ({
  slot_at,
  sent_at,
  claims,
}: Pick<Dispatch, "slot_at" | "sent_at" | "claims">): boolean =>
  slot_at !== null && (sent_at === null || sent_at < slot_at) && claims <= 1;

/** Reads, after `cancelQueued` in the same batch, whose slots are free now. */
export const cancelledUnsent = (where: SQL): Statement =>
  sql`SELECT id, user_id, channel, type FROM ${dispatches} WHERE ${where} AND status = 'cancelled'
    AND slot_at IS NOT NULL AND (sent_at IS NULL OR sent_at < slot_at)`;
