import type { Ctx } from "../ctx.ts";
import { asRead, type FreshDispatch } from "../outbox/create.ts";
import { firstWakeAt } from "../outbox/timing.ts";
import { deferOverQuota, uncountQuota } from "../rate-limit/quota/quota.ts";

/** The messages of a portion, with what they have taken of quotas. */
interface Counted {
  rows: FreshDispatch[];
  /** Returns the units of messages that were not made. It does not throw. */
  giveBack(isUnmade: (id: string) => boolean): void;
}

/**
 * Counts in-app messages in the quotas of their organizations; those over a quota are due on the next day. Other channels
 * count when they are sent.
 */
export async function withinQuota(ctx: Ctx, rows: FreshDispatch[]): Promise<Counted> {
  const inApp = rows.filter(({ channel }) => ctx.channels.get(channel)?.announce != null).map(asRead);
  const { waits, taken } = await deferOverQuota(ctx, inApp);
  const now = ctx.clock.now();
  return {
    rows: rows.map((row) => {
      const dueAt = Math.max(row.due_at, waits.get(row.id) ?? 0);
      return dueAt === row.due_at
        ? row
        : { ...row, due_at: dueAt, wake_at: firstWakeAt(dueAt, now, ctx.config.sweepAfterMs) };
    }),
    giveBack: (isUnmade) =>
      uncountQuota(
        ctx,
        inApp.filter(({ id }) => taken.has(id) && isUnmade(id)),
      ),
  };
}
