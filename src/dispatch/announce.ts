import type { Ctx } from "../ctx.ts";

/**
 * Tells the open clients of these users that something is new in their inbox: one call to a Durable Object a user. Only
 * a hint, so that it never fails: the rows are the truth, and clients find them a little later without it.
 */
export async function announce(ctx: Ctx, userIds: Iterable<string>): Promise<void> {
  await Promise.all(
    [...new Set(userIds)].map(async (userId) => {
      try {
        await ctx.inboxes.notify(userId);
      } catch (error) {
        ctx.log.error("announce_failed", error);
      }
    }),
  );
}
