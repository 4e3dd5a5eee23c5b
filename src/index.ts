import type { Bindings } from "./bindings.ts";

export { AccessTokenKeeper } from "./channels/send-kit/access-tokens/durable-object.ts";
export { ProviderGate } from "./delivery/gate/durable-object.ts";
export { UserInbox } from "./inbox/live/durable-object.ts";
export { OrgQuota } from "./rate-limit/quota/durable-object.ts";
export { UserRateLimiter } from "./rate-limit/durable-object.ts";

/**
 * The Worker. Each kind of event loads its code at its first occurrence in an isolate, so that isolates start fast: one that
 * only runs Durable Objects loads little more than these, and one for a queue or a cron loads no endpoint.
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
