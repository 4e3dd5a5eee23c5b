import type { Ctx } from "../ctx.ts";
import { readMessage, type WakeUp } from "../outbox/wake.ts";
import type { Settlement } from "../outbox/settlement.ts";
import { SETTLE_AGAIN_SECONDS } from "../outbox/timing.ts";
import type { RetryAfter } from "./channel.ts";
import { settle } from "./settle.ts";
import { deliverOn, endOfRounds } from "./deliver.ts";

/**
 * Messages of outcomes that an invocation settles: each is a round trip of a dozen statements, and up to two hundred calls
 * of limiters and inboxes follow. The others are retried at once.
 */
export const MAX_SETTLEMENTS = 10;

/** The longest wait of a message that is retried again and again, unless the gate asks for more. */
const MAX_WAIT_SECONDS = 60;

/**
 * Handles a batch of a delivery queue: outcomes first, then the ids of all wake-up calls together. Every message is acked
 * or retried by itself, and nothing is thrown: a thrown error would bring back messages that are done.
 */
export async function consume(
  ctx: Ctx,
  batch: Pick<MessageBatch<unknown>, "queue" | "messages">,
): Promise<void> {
  const wakeUps: { message: Message<unknown>; body: WakeUp }[] = [];
  const end = endOfRounds(ctx);
  let settlements = 0;
  for (const message of batch.messages) {
    const body = readMessage(ctx, message.body);
    if (body instanceof Error) {
      ctx.log.error("message_unreadable", body, { queue: batch.queue, message: message.id });
      message.ack();
    } else if ("settle" in body) {
      if (++settlements <= MAX_SETTLEMENTS) await settleMessage(ctx, message, body.settle);
      else message.retry({ delaySeconds: 0 });
    } else wakeUps.push({ message, body });
  }
  for (const [channel, calls] of Map.groupBy(wakeUps, ({ body }) => body.channel)) {
    const ids = calls.map(({ body }) => body.ids);
    const retryAfter = await deliverSafely(ctx, channel, ids, end);
    for (const { message, body } of calls) {
      const waits = body.ids.flatMap((id) => retryAfter.get(id) ?? []);
      if (waits.length === 0) message.ack();
      else message.retry({ delaySeconds: longerEachTime(Math.max(...waits), message.attempts) });
    }
  }
}

/** Several consumers ask a slow provider's gate: those that it keeps refusing ask less often. */
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

/** After a bug the rows are left to the sweep. */
async function deliverSafely(
  ctx: Ctx,
  channel: string,
  messages: readonly (readonly string[])[],
  end: number,
): Promise<RetryAfter> {
  try {
    return await deliverOn(ctx, channel, messages, end);
  } catch (error) {
    ctx.log.error("deliver_failed", error, { channel });
    return new Map();
  }
}
