import type { Ctx } from "../ctx.ts";
import { type SQL, sql } from "drizzle-orm";
import { inJson } from "../db/json.ts";
import { type Channel, type DispatchRow, dispatches, type QueueName } from "../db/schema/index.ts";
import { chunks } from "../lib/chunks.ts";
import { IDS_PER_MESSAGE, MESSAGES_PER_SEND, type QueueMessage } from "./message.ts";
import { announce, announceable } from "./announce.ts";

/** A dispatch to wake: a queue is to hear of it, or, when it is an in-app message that is delivered, its user. */
export interface ToWake {
  id: string;
  channel: Channel;
  lane: QueueName;
  /** Epoch ms; in the past means at once. */
  at: number;
  /** Whose inbox has it already; null or missing for what goes to a queue. */
  inbox?: string | null;
}

/** Queues take a delay of whole seconds, up to a day; we never wait longer than this (design: long waits live in D1). */
const MAX_DELAY_SECONDS = 3_600;

/**
 * Sends wake-up calls: up to 100 ids a message, up to 50 messages a call. A call that fails is not an error:
 * the row is the truth, and the sweep finds it. What lies in an inbox is announced; of a crowd, the rest goes to the queue
 * once more, and its consumer announces it.
 */
export async function wake(ctx: Ctx, toWake: readonly ToWake[]): Promise<void> {
  const now = ctx.clock.now();
  const delivered = toWake.flatMap((one) => (one.inbox == null ? [] : [{ ...one, userId: one.inbox }]));
  const announced = announceable(delivered);
  const queued = [
    ...toWake.filter(({ inbox }) => inbox == null),
    ...announced.later.map((one) => ({ ...one, lane: "bulk" as const, at: now })),
  ];
  const delayOf = (at: number) => Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((at - now) / 1_000)));
  for (const [lane, ofLane] of Map.groupBy(queued, (dispatch) => dispatch.lane)) {
    const messages: MessageSendRequest<QueueMessage>[] = [];
    const alike = Map.groupBy(ofLane, (dispatch) => `${dispatch.channel} ${delayOf(dispatch.at)}`);
    for (const group of alike.values()) {
      const [first] = group;
      if (first === undefined) continue;
      for (const part of chunks(group, IDS_PER_MESSAGE))
        messages.push({
          body: { v: 1, channel: first.channel, ids: part.map((dispatch) => dispatch.id) },
          delaySeconds: delayOf(first.at),
        });
    }
    for (const call of chunks(messages, MESSAGES_PER_SEND)) await send(ctx, lane, call);
  }
  await announce(
    ctx,
    announced.now.map(({ userId }) => userId),
  );
}

async function send(
  ctx: Ctx,
  lane: QueueName,
  messages: MessageSendRequest<QueueMessage>[],
): Promise<boolean> {
  try {
    await ctx.queues[lane].sendBatch(messages);
    return true;
  } catch (error) {
    ctx.log.error("wake_failed", error, { lane, messages: messages.length });
    return false;
  }
}

/** The queue on which a channel's outcomes travel while D1 is away. */
export const settlementQueue = (channel: Channel): QueueName => (channel === "email" ? "email" : "push");

/** Puts outcomes that could not be written onto the queue. False when the queue is away as well. */
export const sendToQueue = (
  ctx: Ctx,
  lane: QueueName,
  bodies: readonly QueueMessage[],
  delaySeconds: number,
) =>
  send(
    ctx,
    lane,
    bodies.map((body) => ({ body, delaySeconds })),
  );

/**
 * Reads, within a batch, which of these dispatches came into being and are due soon, or are in their user's inbox; what
 * is due later has its wake_at at its due_at and is the sweep's to wake.
 */
export const queuedAmong = (ids: readonly string[]): SQL<ToWake> =>
  sql<ToWake>`SELECT id, channel, lane, due_at AS at, iif(status = 'queued', NULL, user_id) AS inbox FROM ${dispatches}
    WHERE ${inJson(dispatches.id, ids)} AND ((status = 'queued' AND wake_at > due_at)
      OR (channel = 'in_app' AND status = 'delivered'))`;

/** The same for rows that were just inserted. */
export const toWakeOf = (rows: readonly DispatchRow[]): ToWake[] =>
  rows
    .map(({ id, channel, lane, status, due_at, wake_at, user_id }) => ({
      id,
      channel,
      lane,
      at: due_at,
      inbox: channel === "in_app" && status === "delivered" ? user_id : null,
      isSoon: status === "queued" && (wake_at ?? 0) > due_at,
    }))
    .filter(({ inbox, isSoon }) => isSoon || inbox !== null);
