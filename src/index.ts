import { createApp } from "./app.ts";
import { createDeps, type Deps } from "./deps.ts";
import type { Bindings } from "./env.ts";
import { runCron } from "./jobs/index.ts";
import { consume } from "./queues/consumer.ts";
import { consumeDeadLetters } from "./queues/dead-letters.ts";
import { consumeEmailEvents } from "./queues/email-events.ts";

export { ProviderGate } from "./gate/durable-object.ts";
export { UserInbox } from "./inbox/live/durable-object.ts";
export { UserRateLimiter } from "./rate-limit/durable-object.ts";

let made: { from: Bindings; deps: Deps } | undefined;

/** Put together at the first event of an isolate, since only then are the variables known. */
function depsOf(env: Bindings): Deps {
  if (made?.from !== env) made = { from: env, deps: createDeps(env) };
  return made.deps;
}

const app = createApp(depsOf);

const DEAD_LETTERS = "tidings-dead-letters";
const EMAIL_EVENTS = "tidings-email-events";

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    const deps = depsOf(env);
    const ctx = deps.open("first-primary");
    if (batch.queue === DEAD_LETTERS) await consumeDeadLetters(ctx, batch);
    else if (batch.queue === EMAIL_EVENTS) await consumeEmailEvents(ctx, batch);
    else await consume(ctx, batch, deps.deliverers);
  },

  async scheduled(controller, env) {
    const deps = depsOf(env);
    await runCron(deps.open("first-primary"), deps, controller.cron);
  },
} satisfies ExportedHandler<Bindings>;
