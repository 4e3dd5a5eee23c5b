import { applyFeedback } from "../channels/feedback/apply.ts";
import type { FeedbackEvent } from "../channels/feedback/event.ts";
import { cloudflareEvents } from "../channels/email/providers/cloudflare/events.ts";
import type { Ctx } from "../ctx.ts";

/** Seconds until an event is retried that could not be written, or whose message is not known yet. */
const AGAIN_SECONDS = 30;

/**
 * Cloudflare's events carry no id of ours. An event that comes before our settle finds its message at a later try. After so
 * many tries its message is not ours.
 */
const TRIES = 4;

/** What Cloudflare says of e-mails in one message; nothing in one that says something else. */
export const eventsIn = (message: Message<unknown>): FeedbackEvent[] =>
  cloudflareEvents(message.body, message.timestamp.getTime());

/** Handles the e-mail events that Cloudflare's Email Service puts onto a queue: the whole batch in one round trip. */
export async function consumeEmailEvents(ctx: Ctx, batch: MessageBatch<unknown>): Promise<void> {
  const read = batch.messages.map((message) => ({ message, events: eventsIn(message) }));
  let unknown: ReadonlySet<string>;
  try {
    unknown = await applyFeedback(
      ctx,
      "email",
      read.flatMap(({ events }) => events),
    );
  } catch (error) {
    ctx.log.error("email_events_failed", error, { messages: batch.messages.length });
    for (const { message } of read) message.retry({ delaySeconds: AGAIN_SECONDS });
    return;
  }
  for (const { message, events } of read) {
    const isEarly = events.some(({ providerMessageId }) => unknown.has(providerMessageId ?? ""));
    if (isEarly && message.attempts < TRIES) message.retry({ delaySeconds: AGAIN_SECONDS });
    else message.ack();
  }
}
