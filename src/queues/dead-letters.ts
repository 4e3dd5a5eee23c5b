import { applyFeedback } from "../channels/feedback/apply.ts";
import type { FeedbackEvent } from "../channels/feedback/event.ts";
import type { Ctx } from "../ctx.ts";
import { countDeadLetters, type DeadLetter } from "../insight/dead-letters.ts";
import { settle } from "../delivery/settle.ts";
import type { Settlement } from "../outbox/settlement.ts";
import { eventIn, settleLater, readMessage } from "../outbox/wake.ts";
import { DAY } from "../lib/clock.ts";
import { MAX_SETTLEMENTS } from "../delivery/consume.ts";
import { eventsIn } from "./email-events.ts";

/** Outcomes that could not be written are put back onto their queue until this age. After that they must be wrong themselves. */
const OUTCOMES_KEPT_MS = DAY;

/** Seconds until a dead letter is tried again that could be neither handled nor put back onto its queue. */
const RETRY_SECONDS = 60;

/**
 * Handles messages that have failed too often. A wake-up call is only logged: its rows are the truth, and the sweep finds
 * them. Outcomes and e-mail events exist nowhere else. While D1 is away they are retried, so that neither what a provider has
 * accepted nor a complaint is forgotten. All are counted, for the people who look after the service.
 */
export async function consumeDeadLetters(ctx: Ctx, batch: MessageBatch<unknown>): Promise<void> {
  let settlements = 0;
  const letters: DeadLetter[] = [];
  for (const message of batch.messages) {
    const body = readMessage(ctx, message.body);
    const events = body instanceof Error ? eventsIn(message) : [];
    const kind = kindOf(message, body, events);
    // One that is tried again has been counted.
    if (message.attempts === 1) letters.push({ id: message.id, kind });
    if (events.length > 0 && kind === "email_event") await applyAtLast(ctx, message, events);
    else if (body instanceof Error) drop(ctx, message, { kind, ids: kind === "event" ? 1 : 0 });
    else if ("ids" in body) drop(ctx, message, { kind, ids: body.ids.length });
    else if (++settlements <= MAX_SETTLEMENTS) await settleAtLast(ctx, message, body.settle);
    else message.retry({ delaySeconds: 1 });
  }
  await countDeadLetters(ctx, letters);
}

function kindOf(
  message: Message<unknown>,
  body: ReturnType<typeof readMessage>,
  events: readonly FeedbackEvent[],
): DeadLetter["kind"] {
  if (!(body instanceof Error)) return "ids" in body ? "wake_up" : "outcomes";
  if (eventIn(message.body) !== null) return "event";
  return events.length > 0 ? "email_event" : "unreadable";
}

function drop(ctx: Ctx, message: Message<unknown>, what: { kind: string; ids: number }): void {
  ctx.log.warn("dead_letter", { message: message.id, ...what });
  message.ack();
}

async function applyAtLast(
  ctx: Ctx,
  message: Message<unknown>,
  events: readonly FeedbackEvent[],
): Promise<void> {
  const fields = { message: message.id, kind: "email_event", ids: events.length };
  try {
    await applyFeedback(ctx, "email", events);
    ctx.log.warn("dead_letter", fields);
    message.ack();
  } catch (error) {
    ctx.log.error("dead_letter_failed", error, fields);
    message.retry({ delaySeconds: RETRY_SECONDS * message.attempts });
  }
}

async function settleAtLast(ctx: Ctx, message: Message<unknown>, settlement: Settlement): Promise<void> {
  const { claimed_at, verdicts } = settlement;
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
    if (await settleLater(ctx, settlement)) message.ack();
    else message.retry({ delaySeconds: RETRY_SECONDS });
  }
}
