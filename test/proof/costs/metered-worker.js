// Wraps the built Worker and counts what Cloudflare bills. Paths under `/costs/` are for the counter itself.
import worker, {
  AccessTokenKeeper as Keeper,
  OrgQuota as Quota,
  ProviderGate as Gate,
  UserInbox as Inbox,
  UserRateLimiter as Limiter,
} from "./index.js";

/** Queues bill one operation for each 64 KB of a message (here KB = 1,000 bytes). */
const BYTES_PER_OPERATION = 64_000;

const zero = () => ({
  /** Events handled: requests, queue batches, cron ticks. */
  invocations: 0,
  trips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  /** Queue operations: a message is written, read, and deleted. */
  queueWrites: 0,
  queueReads: 0,
  queueDeletes: 0,
  /** Calls of Durable Objects, alarms included, and rows that they wrote. */
  objectRequests: 0,
  objectRows: 0,
  providerRequests: 0,
});

let counts = zero();
/** For each statement text: its last parameters, how often it ran, and its rows. */
let statements = new Map();
/** Events that are being handled, and messages that are not acked or given up yet: work that is under way. */
let open = 0;

const note = ({ sql, params }, { meta }) => {
  counts.rowsRead += meta.rows_read;
  counts.rowsWritten += meta.rows_written;
  const seen = statements.get(sql) ?? { runs: 0, rowsRead: 0, rowsWritten: 0 };
  statements.set(sql, {
    params,
    runs: seen.runs + 1,
    rowsRead: seen.rowsRead + meta.rows_read,
    rowsWritten: seen.rowsWritten + meta.rows_written,
  });
};

const originals = new WeakMap();
const uncounted = () => {
  throw new Error("Only batch(), run() and all() are counted here");
};

function statement(real, sql, params) {
  const one = async () => {
    counts.trips++;
    const result = await real.run();
    note({ sql, params }, result);
    return result;
  };
  const counted = {
    bind: (...values) => statement(real.bind(...values), sql, values),
    run: one,
    all: one,
    first: uncounted,
    raw: uncounted,
  };
  originals.set(counted, { real, sql, params });
  return counted;
}

const source = (real) => ({
  prepare: (sql) => statement(real.prepare(sql), sql, []),
  async batch(given) {
    counts.trips++;
    const known = given.map((one) => originals.get(one));
    const results = await real.batch(known.map((one) => one.real));
    results.forEach((result, i) => note(known[i], result));
    return results;
  },
});

const database = (real) => ({
  ...source(real),
  withSession(start) {
    const session = real.withSession(start);
    return { ...source(session), getBookmark: () => session.getBookmark() };
  },
});

const operations = (body) =>
  Math.ceil(new TextEncoder().encode(JSON.stringify(body)).length / BYTES_PER_OPERATION);

const queue = (real) => ({
  async sendBatch(given) {
    const messages = [...given];
    for (const { body } of messages) counts.queueWrites += operations(body);
    open += messages.length;
    try {
      return await real.sendBatch(messages);
    } catch (error) {
      open -= messages.length;
      throw error;
    }
  },
});

const METHODS = ["getByName", "get", "idFromName", "idFromString", "newUniqueId"];

/** A stub that counts each call as a request. */
const stub = (real) =>
  new Proxy(real, {
    get(_, name) {
      const found = real[name];
      if (typeof found !== "function") return found;
      return (...given) => {
        counts.objectRequests++;
        return real[name](...given);
      };
    },
  });

const namespace = (real) => ({
  ...Object.fromEntries(METHODS.map((name) => [name, (...given) => real[name](...given)])),
  getByName: (...given) => stub(real.getByName(...given)),
  get: (...given) => stub(real.get(...given)),
});

let made;
/** The Worker caches its dependencies for an env object, so it always gets the same one. */
function metered(env) {
  made ??= {
    ...env,
    DB: database(env.DB),
    PUSH_QUEUE: queue(env.PUSH_QUEUE),
    EMAIL_QUEUE: queue(env.EMAIL_QUEUE),
    BULK_QUEUE: queue(env.BULK_QUEUE),
    HOOKS_QUEUE: queue(env.HOOKS_QUEUE),
    USER_RATE_LIMITER: namespace(env.USER_RATE_LIMITER),
    PROVIDER_GATE: namespace(env.PROVIDER_GATE),
    USER_INBOX: namespace(env.USER_INBOX),
    ORG_QUOTA: namespace(env.ORG_QUOTA),
    ACCESS_TOKENS: namespace(env.ACCESS_TOKENS),
  };
  return made;
}

const outside = globalThis.fetch;
globalThis.fetch = (...given) => {
  counts.providerRequests++;
  return outside(...given);
};

/** Storage is a class of the runtime, so its methods are replaced on its prototype. */
let isPatched = false;
function patchStorage({ storage }) {
  if (isPatched) return;
  isPatched = true;
  const patch = (object, name, rowsOf) => {
    const prototype = Object.getPrototypeOf(object);
    const real = prototype[name];
    prototype[name] = function counted(...given) {
      const result = real.apply(this, given);
      counts.objectRows += rowsOf(result);
      return result;
    };
  };
  patch(storage.sql, "exec", (cursor) => cursor.rowsWritten);
  patch(storage.kv, "put", () => 1);
  patch(storage.kv, "delete", Number);
  patch(storage, "setAlarm", () => 1);
}

const object = (Real) =>
  class extends Real {
    constructor(ctx, env) {
      patchStorage(ctx);
      super(ctx, metered(env));
    }
    async alarm(info) {
      counts.objectRequests++;
      return super.alarm?.(info);
    }
  };

export const UserRateLimiter = object(Limiter);
export const UserInbox = object(Inbox);
export const OrgQuota = object(Quota);
/** It stores nothing. */
export const AccessTokenKeeper = Keeper;
// The class has no alarm handler, and the wrapper must not add one.
export class ProviderGate extends Gate {
  constructor(ctx, env) {
    patchStorage(ctx);
    super(ctx, metered(env));
  }
}

async function event(handle) {
  counts.invocations++;
  open++;
  try {
    return await handle();
  } finally {
    open--;
  }
}

const messageOf = (real) => {
  const size = operations(real.body);
  counts.queueReads += size;
  let isDone = false;
  const done = (act) => {
    if (isDone) return;
    isDone = true;
    act();
  };
  return {
    id: real.id,
    timestamp: real.timestamp,
    attempts: real.attempts,
    body: real.body,
    ack: () =>
      done(() => {
        counts.queueDeletes += size;
        open--;
        real.ack();
      }),
    retry: (options) => done(() => real.retry(options)),
  };
};

async function control(request, env, ctx) {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/costs/reset") {
    counts = zero();
    statements = new Map();
  }
  if (pathname === "/costs/cron")
    await event(() =>
      worker.scheduled({ cron: searchParams.get("cron"), scheduledTime: Date.now() }, metered(env), ctx),
    );
  return Response.json({
    counts,
    open,
    statements: [...statements].map(([sql, seen]) => ({ sql, ...seen })),
  });
}

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname.startsWith("/costs/")) return control(request, env, ctx);
    return event(() => worker.fetch(request, metered(env), ctx));
  },
  queue: (batch, env, ctx) =>
    event(async () => {
      const messages = batch.messages.map(messageOf);
      await worker.queue({ queue: batch.queue, messages }, metered(env), ctx);
      for (const message of messages) message.ack();
    }),
  scheduled: (controller, env, ctx) => event(() => worker.scheduled(controller, metered(env), ctx)),
};
