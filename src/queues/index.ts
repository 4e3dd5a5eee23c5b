import type { Deps } from "../deps.ts";
import { withoutEvents } from "./events.ts";
import { consume } from "../delivery/consume.ts";
import { consumeDeadLetters } from "./dead-letters.ts";
import { consumeEmailEvents } from "./email-events.ts";

const DEAD_LETTERS = "tidings-dead-letters";
const EMAIL_EVENTS = "tidings-email-events";

/** Hands a batch to the consumer of its queue (names: wrangler.toml). All queues but these two carry wake-up calls. */
export async function consumeQueue(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  const ctx = deps.open("first-primary");
  if (batch.queue === DEAD_LETTERS) await consumeDeadLetters(ctx, batch);
  else if (batch.queue === EMAIL_EVENTS) await consumeEmailEvents(ctx, batch);
  else await consume(ctx, await withoutEvents(ctx, batch));
}
