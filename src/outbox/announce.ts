import type { Ctx } from "../ctx.ts";
import { inParallel } from "../lib/parallel.ts";

/** Users that one call tells. An invocation has 10,000 subrequests, and whoever waits for it should not wait for more. */
export const MAX_ANNOUNCED = 500;

/** Inboxes that are called at the same time. */
const PARALLEL_INBOXES = 50;

/** A message that lies in its user's inbox. */
interface Delivered {
  id: string;
  userId: string;
}

/** Separates the messages of the first 500 users from those that somebody else is to announce. */
export function announceable<T extends Delivered>(delivered: readonly T[]): { now: T[]; later: T[] } {
  const users = new Set<string>();
  const [now, later]: [T[], T[]] = [[], []];
  for (const message of delivered) {
    if (users.size < MAX_ANNOUNCED) users.add(message.userId);
    (users.has(message.userId) ? now : later).push(message);
  }
  return { now, later };
}

/**
 * Tells the open clients of these users that something is new in their inbox: one call to a Durable Object a user. Only
 * a hint, so that it never fails: the rows are the truth, and clients find them a little later without it.
 */
export async function announce(ctx: Ctx, userIds: Iterable<string>): Promise<void> {
  await inParallel([...new Set(userIds)], PARALLEL_INBOXES, async (userId) => {
    try {
      await ctx.inboxes.notify(userId);
    } catch (error) {
      ctx.log.error("announce_failed", error);
    }
  });
}
