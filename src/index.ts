import type { Bindings } from "./env.ts";

export { ProviderGate } from "./gate/durable-object.ts";
export { UserInbox } from "./inbox/live/durable-object.ts";
export { UserRateLimiter } from "./rate-limit/durable-object.ts";

/**
 * The Worker. Each kind of event loads what it needs when it first comes to an isolate: starting one is cheap, and none
 * pays for what it never does. An isolate of Durable Objects holds no HTTP side, and that of a queue no contracts.
 */
export default {
  async fetch(request, env, execution) {
    const { app } = await import("./app.ts");
    return app.fetch(request, env, execution);
  },

  async queue(batch, env) {
    const { depsOf } = await import("./deps.ts");
    const { consumeQueue } = await import("./queues/index.ts");
    await consumeQueue(depsOf(env), batch);
  },

  async scheduled({ cron }, env) {
    const { depsOf } = await import("./deps.ts");
    const { runCron } = await import("./jobs/index.ts");
    await runCron(depsOf(env), cron);
  },
} satisfies ExportedHandler<Bindings>;
