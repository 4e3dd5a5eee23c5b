// The built Tidings with switches that show what its parts cost: whether its log lines reach stdout (GET /__log?on=1), whether
// the queue consumer runs (BENCH_CONSUMES), and whether limiters and gates are asked (BENCH_LIMITS). Here they share one
// thread with the Worker; in production they run elsewhere.
import worker from "./index.js";

export * from "./index.js";

let logs = false;
const print = console.log;
console.log = (...line) => {
  if (logs) print(...line);
};

const everyone = {
  reserve: async () => ({ allowed: true, remaining: 1, resetMs: 0 }),
  slots: async (now, _, ids) => ids.map((id) => ({ id, at: now })),
  release: async () => {},
  acquire: async () => ({ admitted: true, waitMs: 0, probe: false, reportSuccess: false }),
};
const unlimited = { getByName: () => everyone };

let made;

/** The same object each time, since Tidings creates its dependencies once for each env object. */
function bindings(env) {
  made ??=
    env.BENCH_LIMITS === "none" ? { ...env, USER_RATE_LIMITER: unlimited, PROVIDER_GATE: unlimited } : env;
  return made;
}

export default {
  ...worker,
  fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname !== "/__log") return worker.fetch(request, bindings(env), ctx);
    logs = url.searchParams.get("on") === "1";
    return new Response(null, { status: 204 });
  },
  queue: (batch, env, ctx) =>
    env.BENCH_CONSUMES === "yes" ? worker.queue(batch, bindings(env), ctx) : batch.ackAll(),
};
