// Tidings that records its calls of D1, queues and providers. GET /__trace returns the calls since the last time.
import worker from "./index.js";

export * from "./index.js";

let trace = [];
let spied;

const statement = (real, sql, params = []) => ({
  real,
  sql,
  params,
  bind: (...bound) => statement(real.bind(...bound), sql, bound),
});

const spySession = (session) => ({
  prepare: (sql) => statement(session.prepare(sql), sql),
  batch(statements) {
    trace.push({ d1: statements.map(({ sql, params }) => ({ sql, params })) });
    return session.batch(statements.map(({ real }) => real));
  },
  getBookmark: () => session.getBookmark(),
});

const spyQueue = (name, queue) => ({
  sendBatch(messages) {
    trace.push({ queue: name, messages });
    return queue.sendBatch(messages);
  },
});

const platformFetch = globalThis.fetch;
globalThis.fetch = (url, init) => {
  const { headers, body } = init ?? {};
  trace.push({ fetch: String(url), headers, body: typeof body === "string" ? body : null });
  return platformFetch(url, init);
};

function spy(env) {
  spied ??= {
    ...env,
    DB: { withSession: (start) => spySession(env.DB.withSession(start)) },
    PUSH_QUEUE: spyQueue("PUSH_QUEUE", env.PUSH_QUEUE),
    EMAIL_QUEUE: spyQueue("EMAIL_QUEUE", env.EMAIL_QUEUE),
    BULK_QUEUE: spyQueue("BULK_QUEUE", env.BULK_QUEUE),
    HOOKS_QUEUE: spyQueue("HOOKS_QUEUE", env.HOOKS_QUEUE),
  };
  return spied;
}

console.log = () => {};

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/__trace") return worker.fetch(request, spy(env), ctx);
    const seen = trace;
    trace = [];
    return Response.json(seen);
  },
  queue: (batch, env, ctx) =>
    env.BENCH_CONSUMES === "yes" ? worker.queue(batch, spy(env), ctx) : batch.ackAll(),
};
