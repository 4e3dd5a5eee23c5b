import type { Ctx } from "../ctx.ts";
import type { Channel } from "../db/schema/index.ts";
import type { Again } from "./deliver.ts";
import { settle } from "./settle.ts";
import type { Settlement } from "../outbox/settlement.ts";
import { queueMessage, type WakeUp } from "../outbox/message.ts";

/** Sends what is due on one channel; a list of ids for each message. */
export type Deliver = (ctx: Ctx, messages: readonly (readonly string[])[]) => Promise<Again>;

/** Outcomes are tried again after so many seconds: sooner than the sweep would hand a lost lease to someone else. */
const SETTLE_AGAIN_SECONDS = 5;

/**
 * Messages of outcomes that an invocation writes down: each is a round trip of a dozen statements, and up to two hundred
 * calls of limiters and inboxes follow. The others come again at once.
 */
export const MAX_SETTLEMENTS = 10;

/** What a message that comes again and again waits at most, unless the gate asks for more. */
const MAX_WAIT_SECONDS = 60;

/**
 * Handles a batch of a delivery queue: outcomes first, then the ids of all wake-up calls united. Every message is acked
 * or retried by itself, and nothing is thrown: a thrown error would bring back messages that are done.
 */
export async function consume(
  ctx: Ctx,
  batch: MessageBatch<unknown>,
  deliverers: Readonly<Record<Channel, Deliver>>,
): Promise<void> {
  const wakeUps: { message: Message<unknown>; body: WakeUp }[] = [];
  let settlements = 0;
  for (const message of batch.messages) {
    const parsed = queueMessage.safeParse(message.body);
    if (!parsed.success) {
      ctx.log.error("message_unreadable", parsed.error, { queue: batch.queue, message: message.id });
      message.ack();
    } else if ("settle" in parsed.data) {
      if (++settlements <= MAX_SETTLEMENTS) await settleMessage(ctx, message, parsed.data.settle);
      else message.retry({ delaySeconds: 0 });
    } else wakeUps.push({ message, body: parsed.data });
  }
  for (const [channel, calls] of Map.groupBy(wakeUps, ({ body }) => body.channel)) {
    const again = await deliverSafely(
      ctx,
      channel,
      calls.map(({ body }) => body.ids),
      deliverers[channel],
    );
    for (const { message, body } of calls) {
      const waits = body.ids.flatMap((id) => again.get(id) ?? []);
      if (waits.length === 0) message.ack();
      else message.retry({ delaySeconds: longerEachTime(Math.max(...waits), message.attempts) });
    }
  }
}

/** Several consumers ask a slow provider's gate: those that it keeps refusing come less often. */
const longerEachTime = (seconds: number, attempts: number): number =>
  Math.max(seconds, Math.min(MAX_WAIT_SECONDS, seconds * attempts));

async function settleMessage(ctx: Ctx, message: Message<unknown>, settlement: Settlement): Promise<void> {
  try {
    await settle(ctx, settlement);
    message.ack();
  } catch (error) {
    ctx.log.error("settle_later_failed", error, { attempts: message.attempts });
    message.retry({ delaySeconds: SETTLE_AGAIN_SECONDS });
  }
}

async function deliverSafely(
  ctx: Ctx,
  channel: Channel,
  messages: readonly (readonly string[])[],
  deliverer: Deliver,
): Promise<Again> {
  try {
    return await deliverer(ctx, messages);
  } catch (error) {
    ctx.log.error("deliver_failed", error, { channel });
    return new Map();
  }
}
