import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Channel, dispatches, type DispatchStatus, type QueueName } from "../db/schema/index.ts";
import type { ProviderEntry } from "./channel.ts";
import { LOOK_AHEAD_MS, RECOVERY_GRACE_MS } from "../outbox/timing.ts";
import { wake } from "../outbox/wake.ts";

/** At most so many dispatches of a channel are woken in one tick. */
export const SWEEP_LIMIT = 5_000;

interface Swept {
  id: string;
  lane: QueueName;
  status: DispatchStatus;
  due_at: number;
  lease_until: number | null;
}

/**
 * Wakes what is due within a minute, or should have been and was not: lost messages, lost leases, long waits.
 * `wake_at` moves on in the same statement, so two sweeps at once wake a dispatch once. One round trip.
 * @returns how many were woken
 */
export async function sweep(
  ctx: Ctx,
  channels: readonly { channel: Channel; providers: readonly ProviderEntry[] }[],
): Promise<number> {
  const awake: Channel[] = [];
  for (const { channel, providers } of channels)
    if (!(await allRest(ctx, channel, providers))) awake.push(channel);
  const now = ctx.clock.now();
  const results = await ctx.db.writeList(
    awake.map((channel) => takeOverdue(ctx, channel, now)),
    awake.map((channel) => readTaken(ctx, channel, now)),
  );
  const woken = results.flatMap((rows, i) =>
    (rows as Swept[]).map(({ id, lane, status, due_at, lease_until }) => ({
      id,
      lane,
      channel: awake[i % awake.length] ?? "push",
      at: status === "sending" ? Math.max(now, lease_until ?? now) + RECOVERY_GRACE_MS : due_at,
    })),
  );
  // A repeat may find the same in both ways.
  const each = [...new Map(woken.map((one) => [one.id, one])).values()];
  await wake(ctx, each);
  return each.length;
}

/**
 * The statement that takes up to 5,000 overdue dispatches of a channel and moves them on. The look-ahead is added, so that
 * what is taken now is not taken again by the next tick.
 */
export const takeOverdue = (ctx: Ctx, channel: Channel, now: number): SQL => sql`
  UPDATE ${dispatches}
  SET wake_at = max(${now}, due_at, coalesce(lease_until, 0)) + ${ctx.config.sweepAfterMs + LOOK_AHEAD_MS}
  WHERE id IN (
    SELECT id FROM ${dispatches}
    WHERE channel = ${channel} AND wake_at <= ${now + LOOK_AHEAD_MS}
    ORDER BY wake_at LIMIT ${SWEEP_LIMIT}
  )
  RETURNING id, lane, status, due_at, lease_until`;

/** Reads what a tick at `now` has moved on, for one whose answer was lost. What an earlier tick did is read again, too. */
const readTaken = (ctx: Ctx, channel: Channel, now: number): SQL => {
  const movedBy = ctx.config.sweepAfterMs + LOOK_AHEAD_MS;
  return sql`SELECT id, lane, status, due_at, lease_until FROM ${dispatches}
    WHERE channel = ${channel} AND wake_at >= ${now + movedBy} AND wake_at <= ${now + movedBy + LOOK_AHEAD_MS}
      AND wake_at = max(${now}, due_at, coalesce(lease_until, 0)) + ${movedBy}
    ORDER BY wake_at LIMIT ${SWEEP_LIMIT}`;
};

/** While every provider of a channel rests, waking would only cost. A gate that does not answer keeps nobody asleep. */
async function allRest(ctx: Ctx, channel: Channel, providers: readonly ProviderEntry[]): Promise<boolean> {
  try {
    for (const { name } of providers) {
      const { restsUntil } = await ctx.gates(`${channel}:${name}`).peek();
      if (restsUntil === null || restsUntil <= ctx.clock.now() + LOOK_AHEAD_MS) return false;
    }
  } catch (error) {
    ctx.log.error("gate_failed", error, { channel });
    return false;
  }
  return providers.length > 0;
}
