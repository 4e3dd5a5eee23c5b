import { applyFeedback } from "../channels/email/feedback/apply.ts";
import type { FeedbackEvent } from "../channels/email/feedback/event.ts";
import type { Ctx } from "../ctx.ts";
import { settle } from "../delivery/settle.ts";
import type { Settlement } from "../outbox/settlement.ts";
import { sendToQueue, settlementQueue } from "../outbox/wake.ts";
import { DAY } from "../lib/clock.ts";
import { MAX_SETTLEMENTS } from "../delivery/consume.ts";
import { eventsIn } from "./email-events.ts";
import { queueMessage } from "../outbox/message.ts";

/** Outcomes that D1 did not take go back onto their queue, to be tried again after so many seconds … */
const SETTLE_AGAIN_SECONDS = 5;
/** … until they are so old: whatever D1's trouble is then, it is these outcomes. */
const OUTCOMES_KEPT_MS = DAY;

/** Seconds until a message that could go nowhere else is looked at again. */
const AFTER_FAULT_SECONDS = 60;

/**
 * The last stop of a message. A wake-up call is only logged: its rows are the truth, and the sweep finds them. Outcomes
 * and e-mail events are worth more than that: while D1 is away they come again, so that neither what a provider has
 * accepted nor a complaint is forgotten.
 */
export async function consumeDeadLetters(ctx: Ctx, batch: MessageBatch<unknown>): Promise<void> {
  let settlements = 0;
  for (const message of batch.messages) {
    const parsed = queueMessage.safeParse(message.body);
    const events = parsed.success ? [] : eventsIn(message);
    if (parsed.success && "settle" in parsed.data) {
      if (++settlements <= MAX_SETTLEMENTS) await settleAtLast(ctx, message, parsed.data.settle);
      else message.retry({ delaySeconds: 1 });
    } else if (events.length > 0) await applyAtLast(ctx, message, events);
    else {
      const ids = parsed.success && "ids" in parsed.data ? parsed.data.ids.length : 0;
      const kind = parsed.success ? "wake_up" : "unreadable";
      ctx.log.warn("dead_letter", { message: message.id, kind, ids });
      message.ack();
    }
  }
}

async function applyAtLast(
  ctx: Ctx,
  message: Message<unknown>,
  events: readonly FeedbackEvent[],
): Promise<void> {
  const fields = { message: message.id, kind: "email_event", ids: events.length };
  try {
    await applyFeedback(ctx, events);
    ctx.log.warn("dead_letter", fields);
    message.ack();
  } catch (error) {
    ctx.log.error("dead_letter_failed", error, fields);
    message.retry({ delaySeconds: AFTER_FAULT_SECONDS * message.attempts });
  }
}

async function settleAtLast(ctx: Ctx, message: Message<unknown>, settlement: Settlement): Promise<void> {
  const { channel, claimed_at, verdicts } = settlement;
  const fields = { message: message.id, kind: "outcomes", ids: verdicts.length };
  try {
    await settle(ctx, settlement);
    ctx.log.warn("dead_letter", fields);
    message.ack();
  } catch (error) {
    if (ctx.clock.now() >= claimed_at + OUTCOMES_KEPT_MS) {
      ctx.log.error("outcomes_lost", error, fields);
      message.ack();
      return;
    }
    ctx.log.error("dead_letter_failed", error, fields);
    const body = { v: 1 as const, settle: settlement };
    if (await sendToQueue(ctx, settlementQueue(channel), [body], SETTLE_AGAIN_SECONDS)) message.ack();
    else message.retry({ delaySeconds: AFTER_FAULT_SECONDS });
  }
}
