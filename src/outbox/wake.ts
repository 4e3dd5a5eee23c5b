import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { type DispatchRow, dispatches, type QueueName } from "../db/schema/index.ts";
import { chunks } from "../lib/chunks.ts";
import { channelOf } from "./channel.ts";
import { type Settlement, settlement } from "./settlement.ts";
import { SETTLE_AGAIN_SECONDS } from "./timing.ts";
import { inParallel } from "../lib/parallel.ts";
import { z } from "zod";

/** At most this many ids in one message, and this many messages in one sendBatch: well inside 128 KB and 256 KB. */
const IDS_PER_MESSAGE = 100;
const MESSAGES_PER_SEND = 50;

/** A wake-up call: these dispatches may be due. The rows are the truth; a message has their ids and nothing else. */
const wakeUp = z.object({
  v: z.literal(1),
  channel: z.string(),
  ids: z.array(z.uuid()).max(IDS_PER_MESSAGE),
});

/** Outcomes that could not be written when they came in. */
const outcomes = z.object({ v: z.literal(1), settle: settlement });

/** An event whose messages are not all made, or not all cancelled. Its row is the truth, and a job goes on without this. */
const unfinishedEvent = z.object({ v: z.literal(1), event: z.uuid() });

/** What the consumers of deliveries handle. */
const deliveryMessage = z.union([wakeUp, outcomes]);
type DeliveryMessage = z.infer<typeof deliveryMessage>;

/** Everything that our queues carry. */
export const queueMessage = z.union([wakeUp, outcomes, unfinishedEvent]);
export type QueueMessage = z.infer<typeof queueMessage>;
export type WakeUp = z.infer<typeof wakeUp>;

/** The event that a message names; null for any other message. */
export const eventIn = (body: unknown): string | null => unfinishedEvent.safeParse(body).data?.event ?? null;

/** Puts an event onto the bulk queue, for promptness alone. It never fails. */
export const wakeEvent = async (ctx: Ctx, event: string): Promise<void> => {
  await send(ctx, "bulk", [{ body: { v: 1, event } }]);
};

/** A message as its sender meant it, or why it cannot be read: it has another shape, or is of a channel that is not there. */
export function readMessage({ channels }: Pick<Ctx, "channels">, body: unknown): DeliveryMessage | Error {
  const { success, data, error } = deliveryMessage.safeParse(body);
  if (!success) return error;
  const channel = "settle" in data ? data.settle.channel : data.channel;
  return channels.has(channel) ? data : new Error("No channel has this name");
}

/** A dispatch to wake: its id goes to a queue, or, if inserting it has delivered it, the user's clients are notified. */
export interface ToWake {
  id: string;
  channel: string;
  lane: QueueName;
  /** Epoch ms; in the past means at once. */
  at: number;
  /** The user of a dispatch that is delivered; null or missing for what goes to a queue. */
  inbox?: string | null;
}

/** Queues take a delay of whole seconds, up to a day. We never ask for more than this: long waits live in D1. */
const MAX_DELAY_SECONDS = 3_600;

/**
 * Sends wake-up calls: up to 100 ids a message, up to 50 messages a call. A call that fails is not an error: the row is
 * the truth, and the sweep finds it. What is delivered already is announced; when it has too many users, the rest goes to
 * the bulk queue, and its consumer announces it.
 */
export async function wake(ctx: Ctx, toWake: readonly ToWake[]): Promise<void> {
  const now = ctx.clock.now();
  const delivered = toWake.flatMap((one) =>
    one.inbox == null || !ctx.channels.get(one.channel)?.announce ? [] : [{ ...one, userId: one.inbox }],
  );
  const announced = announceable(delivered);
  await enqueue(ctx, now, [
    ...toWake.filter(({ inbox }) => inbox == null),
    ...announced.later.map((one) => ({ ...one, lane: "bulk" as const, at: now })),
  ]);
  await announce(ctx, announced.now);
}

async function enqueue(ctx: Ctx, now: number, toWake: readonly ToWake[]): Promise<void> {
  const delayOf = (at: number) => Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((at - now) / 1_000)));
  for (const [queue, ofQueue] of Map.groupBy(toWake, (dispatch) => dispatch.lane)) {
    const messages: MessageSendRequest<QueueMessage>[] = [];
    const alike = Map.groupBy(ofQueue, (dispatch) => `${dispatch.channel} ${delayOf(dispatch.at)}`);
    for (const group of alike.values()) {
      const [first] = group;
      if (first === undefined) continue;
      for (const part of chunks(group, IDS_PER_MESSAGE))
        messages.push({
          body: { v: 1, channel: first.channel, ids: part.map((dispatch) => dispatch.id) },
          delaySeconds: delayOf(first.at),
        });
    }
    for (const call of chunks(messages, MESSAGES_PER_SEND)) await send(ctx, queue, call);
  }
}

async function send(
  ctx: Ctx,
  queue: QueueName,
  messages: MessageSendRequest<QueueMessage>[],
): Promise<boolean> {
  try {
    await ctx.queues[queue].sendBatch(messages);
    return true;
  } catch (error) {
    ctx.log.error("wake_failed", error, { lane: queue, messages: messages.length });
    return false;
  }
}

/** Users that one call announces to: an invocation has 10,000 subrequests, and somebody may be waiting for its end. */
export const MAX_ANNOUNCED = 500;

/** Users that are announced to at the same time. */
const PARALLEL_ANNOUNCEMENTS = 50;

/** A message that was delivered when it was inserted. */
interface Delivered {
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
 * Notifies the open clients of these users of new messages, once for each user and channel. It never fails, since it is
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

/** Puts outcomes that D1 did not take onto their channel's queue. False when the queue is away as well. */
export const settleLater = (ctx: Ctx, settlement: Settlement): Promise<boolean> =>
  send(ctx, channelOf(ctx, settlement.channel).queue, [
    { body: { v: 1, settle: settlement }, delaySeconds: SETTLE_AGAIN_SECONDS },
  ]);

/**
 * Reads, within a batch, which of these dispatches came into being and are due soon, or are delivered. What is due later
 * has its wake_at at its due_at, and the sweep wakes it.
 */
export const queuedAmong = (ids: readonly string[]): SQL<ToWake> =>
  sql<ToWake>`SELECT id, channel, lane, due_at AS at, iif(status = 'queued', NULL, user_id) AS inbox FROM ${dispatches}
    WHERE ${inJson(dispatches.id, ids)} AND ((status = 'queued' AND wake_at > due_at) OR status = 'delivered')`;

/** The same for rows that were just inserted. */
export const toWakeOf = (rows: readonly DispatchRow[]): ToWake[] =>
  rows
    .map(({ id, channel, lane, status, due_at, wake_at, user_id }) => ({
      id,
      channel,
      lane,
      at: due_at,
      inbox: status === "delivered" ? user_id : null,
      isSoon: status === "queued" && (wake_at ?? 0) > due_at,
    }))
    .filter(({ inbox, isSoon }) => isSoon || inbox !== null);
