import type { Ctx } from "../ctx.ts";
import { goOnWith } from "../events/continue.ts";
import { eventIn } from "../outbox/wake.ts";

/**
 * Goes on with the events that a batch names, and returns the messages that are for the delivery. Such a message is acked
 * whatever happens: it is for promptness alone, and a job goes on with every event that is not finished.
 */
export async function withoutEvents(
  ctx: Ctx,
  batch: MessageBatch<unknown>,
): Promise<Pick<MessageBatch<unknown>, "queue" | "messages">> {
  const events = batch.messages.map((message) => ({ message, event: eventIn(message.body) }));
  if (events.every(({ event }) => event === null)) return batch;
  for (const id of new Set(events.flatMap(({ event }) => event ?? []))) {
    try {
      await goOnWith(ctx, id);
    } catch (error) {
      ctx.log.error("event_failed", error, { event: id });
    }
  }
  for (const { message, event } of events) if (event !== null) message.ack();
  const others = events.flatMap(({ message, event }) => (event === null ? [message] : []));
  return { queue: batch.queue, messages: others };
}
