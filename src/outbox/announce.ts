import type { Ctx } from "../ctx.ts";
import { inParallel } from "../lib/parallel.ts";
import { channelOf } from "./channel.ts";

/** Users that one call announces to: an invocation has 10,000 subrequests, and somebody may be waiting for its end. */
export const MAX_ANNOUNCED = 500;

/** Users that are announced to at the same time. */
const PARALLEL_ANNOUNCEMENTS = 50;

/** A message that was delivered when it was inserted. */
export interface Delivered {
  channel: string;
  userId: string;
}

/** Separates the messages of the first 500 users from those that another call must announce. */
export function announceable<T extends { userId: string }>(
  delivered: readonly T[],
): { now: T[]; later: T[] } {
  const users = new Set<string>();
  const [now, later]: [T[], T[]] = [[], []];
  for (const message of delivered) {
    if (users.size < MAX_ANNOUNCED) users.add(message.userId);
    (users.has(message.userId) ? now : later).push(message);
  }
  return { now, later };
}

/**
 * Tells the open clients of these users that something new has come, once a user and channel. It never fails, since it is
 * only a hint: the rows are the truth, and without it clients find them a little later.
 */
export async function announce(ctx: Ctx, delivered: Iterable<Delivered>): Promise<void> {
  const each = new Map(
    [...delivered].map(({ channel, userId }) => [JSON.stringify([channel, userId]), { channel, userId }]),
  );
  await inParallel([...each.values()], PARALLEL_ANNOUNCEMENTS, async ({ channel, userId }) => {
    try {
      await channelOf(ctx, channel).announce?.(ctx, userId);
    } catch (error) {
      ctx.log.error("announce_failed", error);
    }
  });
}
