import type { Ctx } from "../ctx.ts";
import { settle } from "../dispatch/settle.ts";
import { queueMessage } from "./message.ts";

/** Seconds between tries to write outcomes that came down to the dead-letter queue. */
const SETTLE_AGAIN_SECONDS = 60;

/**
 * The last stop of a message. A wake-up call is only logged: its rows are the truth, and the sweep finds them. Outcomes
 * are worth more than that: they are tried again for as long as the queue keeps them.
 */
export async function consumeDeadLetters(ctx: Ctx, batch: MessageBatch<unknown>): Promise<void> {
  for (const message of batch.messages) {
    const parsed = queueMessage.safeParse(message.body);
    try {
      if (parsed.success && "settle" in parsed.data) await settle(ctx, parsed.data.settle);
      ctx.log.warn("dead_letter", {
        message: message.id,
        kind: !parsed.success ? "unreadable" : "settle" in parsed.data ? "outcomes" : "wake_up",
        ids: parsed.success && "ids" in parsed.data ? parsed.data.ids.length : 0,
      });
      message.ack();
    } catch (error) {
      ctx.log.error("dead_letter_failed", error, { message: message.id, attempts: message.attempts });
      message.retry({ delaySeconds: SETTLE_AGAIN_SECONDS });
    }
  }
}
