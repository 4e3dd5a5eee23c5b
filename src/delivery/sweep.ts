import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { dispatches, type DispatchStatus, type QueueName } from "../db/schema/index.ts";
import { LOOK_AHEAD_MS, RECOVERY_GRACE_MS } from "../outbox/timing.ts";
import { appended } from "../outbox/timeline.ts";
import { type ToWake, wake } from "../outbox/wake.ts";
import type { RegisteredChannel } from "./channel.ts";
import { restsUntil } from "./permit.ts";

/** At most so many dispatches of a channel are woken in one tick. */
const SWEEP_LIMIT = 5_000;

interface Swept {
  id: string;
  channel: string;
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
export async function sweep(ctx: Ctx): Promise<number> {
  const channels = [...ctx.channels.values()];
  const resting = await Promise.all(channels.map((channel) => isResting(ctx, channel)));
  const awake = channels.flatMap(({ channel }, i) => (resting[i] ? [] : [channel]));
  const now = ctx.clock.now();
  const { taken, takenBefore = [] } = await ctx.db.write(
    { taken: awake.map((channel) => takeOverdue(ctx, channel, now)) },
    { takenBefore: awake.map((channel) => readTaken(ctx, channel, now)) },
  );
  // A repeat may find the same in both ways.
  const each = new Map([...taken, ...takenBefore].map((swept) => [swept.id, toWake(swept, now)]));
  await wake(ctx, [...each.values()]);
  return each.size;
}

const toWake = ({ id, channel, lane, status, due_at, lease_until }: Swept, now: number): ToWake => ({
  id,
  channel,
  lane,
  at: status === "sending" ? Math.max(now, lease_until ?? now) + RECOVERY_GRACE_MS : due_at,
});

/**
 * The statement that takes up to 5,000 overdue dispatches of a channel and moves them on. The look-ahead is added, so that
 * what is taken now is not taken again by the next tick.
 */
const takeOverdue = (ctx: Ctx, channel: string, now: number): SQL<Swept> => sql<Swept>`
  UPDATE ${dispatches}
  SET wake_at = max(${now}, due_at, coalesce(lease_until, 0)) + ${ctx.config.sweepAfterMs + LOOK_AHEAD_MS},
    timeline = iif(${isOverdue(now)}, ${appended({ did: "woken", at: now })}, timeline)
  WHERE id IN (
    SELECT id FROM ${dispatches}
    WHERE channel = ${channel} AND wake_at <= ${now + LOOK_AHEAD_MS}
    ORDER BY wake_at LIMIT ${SWEEP_LIMIT}
  )
  RETURNING id, channel, lane, status, due_at, lease_until`;

/** Whether its wake-up call was lost, or its consumer. What the sweep alone wakes has its `wake_at` at its `due_at`. */
const isOverdue = (now: number): SQL =>
  sql`((status = 'queued' AND due_at < ${now} AND wake_at > due_at) OR (status = 'sending' AND lease_until <= ${now}))`;

/** Reads what a tick at `now` has moved on, for a try whose answer was lost. It may find what an earlier tick moved, too. */
const readTaken = (ctx: Ctx, channel: string, now: number): SQL<Swept> => {
  const movedBy = ctx.config.sweepAfterMs + LOOK_AHEAD_MS;
  return sql<Swept>`SELECT id, channel, lane, status, due_at, lease_until FROM ${dispatches}
    WHERE channel = ${channel} AND wake_at >= ${now + movedBy} AND wake_at <= ${now + movedBy + LOOK_AHEAD_MS}
      AND wake_at = max(${now}, due_at, coalesce(lease_until, 0)) + ${movedBy}
    ORDER BY wake_at LIMIT ${SWEEP_LIMIT}`;
};

/** While every provider of a channel rests, waking would only cost. A gate that does not answer does not stop the sweep. */
async function isResting(ctx: Ctx, channel: RegisteredChannel): Promise<boolean> {
  const until = await restsUntil(ctx, channel);
  return until !== null && until > ctx.clock.now() + LOOK_AHEAD_MS;
}
