import { applyFeedback } from "../channels/email/feedback/apply.ts";
import { FEEDBACK } from "../channels/email/feedback/events.ts";
import type { Ctx } from "../ctx.ts";

/** Seconds before a batch of events that could not be written comes again. */
const AGAIN_SECONDS = 30;

/** Cloudflare's e-mail events, which its Email Service puts onto a queue: the whole batch in one round trip. */
export async function consumeEmailEvents(ctx: Ctx, batch: MessageBatch<unknown>): Promise<void> {
  const events = batch.messages.flatMap((message) =>
    FEEDBACK.cloudflare(message.body, { id: message.id, receivedAt: message.timestamp.getTime() }),
  );
  try {
    await applyFeedback(ctx, events);
    batch.ackAll();
  } catch (error) {
    ctx.log.error("email_events_failed", error, { messages: batch.messages.length });
    batch.retryAll({ delaySeconds: AGAIN_SECONDS });
  }
}
