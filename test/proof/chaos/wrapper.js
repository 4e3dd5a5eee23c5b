// Runs in workerd around the built Worker, without changing it. It moves the clock, sends queue messages to the driver
// (whose queues outlive the process, like Cloudflare's), and lets the driver call the consumers and the cron.
import worker from "./index.js";

export { AccessTokenKeeper, OrgQuota, ProviderGate, UserInbox, UserRateLimiter } from "./index.js";

const systemNow = Date.now;
let ahead = 0;
Date.now = () => systemNow() + ahead;

// Waiting for hanging providers costs time, so requests end sooner here. Leases stay as long as they are, which is safe.
const systemTimeout = AbortSignal.timeout;
let patience = Number.POSITIVE_INFINITY;
AbortSignal.timeout = (ms) => systemTimeout.call(AbortSignal, Math.min(ms, patience));

// A provider cannot see that its answer came too late (on a busy machine that happens by itself), so tell the driver.
const systemFetch = fetch;
let driver = "";
// Hosts of the world outside, with the addresses of their sandboxes.
let routes = {};
globalThis.fetch = async (input, init = {}) => {
  const id = crypto.randomUUID();
  const headers = new Headers(init.headers);
  headers.set("x-chaos-request", id);
  const { hostname, pathname, search } = new URL(input);
  const route = routes[hostname] ?? routes[hostname.slice(hostname.indexOf("."))];
  if (route !== undefined) headers.set("x-chaos-url", String(input));
  try {
    const to = route === undefined ? input : `${route}${pathname}${search}`;
    const response = await systemFetch(to, { ...init, headers });
    const text = await response.text();
    return new Response(text === "" ? null : text, response);
  } catch (error) {
    await (await systemFetch(`${driver}/given-up/${id}`, { method: "POST" })).arrayBuffer();
    throw error;
  }
};

const queue = (name) => ({
  async sendBatch(messages) {
    const body = JSON.stringify([...messages].map(({ body, delaySeconds = 0 }) => ({ body, delaySeconds })));
    const answer = await systemFetch(`${driver}/queues/${name}`, { method: "POST", body });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error("The queue is away");
  },
});

let wrapped;
function wrap(env) {
  patience = Number(env.CHAOS_PROVIDER_TIMEOUT_MS);
  driver = env.CHAOS_DRIVER;
  routes = JSON.parse(env.CHAOS_ROUTES);
  // One object for the life of the isolate: the Worker creates its dependencies once for each env object.
  wrapped ??= {
    ...env,
    PUSH_QUEUE: queue("push"),
    EMAIL_QUEUE: queue("email"),
    BULK_QUEUE: queue("bulk"),
    HOOKS_QUEUE: queue("hooks"),
  };
  return wrapped;
}

/** Calls the consumer with a batch. Answers what it decided for each message: "ack", the delay of a retry, or null. */
async function consume({ queue, messages }, env, ctx) {
  const answers = messages.map(() => null);
  const refuse = () => {
    throw new Error("A consumer answers for each message by itself");
  };
  const batch = {
    queue,
    messages: messages.map((message, i) => ({
      ...message,
      timestamp: new Date(message.timestamp),
      ack: () => void (answers[i] ??= "ack"),
      retry: (options) => void (answers[i] ??= options?.delaySeconds ?? 0),
    })),
    ackAll: refuse,
    retryAll: refuse,
  };
  await worker.queue(batch, env, ctx);
  return answers;
}

async function tick({ cron }, env, ctx) {
  await worker.scheduled({ cron, scheduledTime: Date.now(), noRetry() {} }, env, ctx);
  return {};
}

/** Dispatches with columns that no view shows, a page at a time: for the judge. */
async function rows({ after }, env) {
  const { results } = await env.DB.prepare(
    `SELECT id, channel, type, user_id, batch_id, status, error_code, title, attempts, claims, targets,
      delivered_count, failed_count, fallback, follows, read_at, scheduled_at, expires_at, created_at
    FROM dispatches WHERE id > ? AND channel <> 'webhook' ORDER BY id LIMIT 5000`,
  )
    .bind(after)
    .all();
  return results;
}

/** The same for webhooks. */
async function webhooks({ after }, env) {
  const { results } = await env.DB.prepare(
    `SELECT id, type, user_id, status, error_code, attempts, payload ->> 'id' AS about
    FROM dispatches WHERE id > ? AND channel = 'webhook' ORDER BY id LIMIT 5000`,
  )
    .bind(after)
    .all();
  return results;
}

async function webhooksLeft(_, env) {
  return await env.DB.prepare(
    "SELECT count(*) AS n FROM dispatches WHERE channel = 'webhook' AND status IN ('queued', 'sending')",
  ).first();
}

/** What the database has as accepted of these dispatches: `<dispatch> <token>`, or `<dispatch> <channel>`. */
async function settled({ ids }, env) {
  const { results } = await env.DB.prepare(
    `SELECT d.dispatch_id || ' ' || t.token AS taken FROM deliveries d JOIN device_tokens t ON t.id = d.device_id
      WHERE d.dispatch_id IN (SELECT value FROM json_each(?1)) AND d.status = 'accepted'
    UNION ALL SELECT id || ' ' || channel FROM dispatches
      WHERE id IN (SELECT value FROM json_each(?1)) AND channel <> 'push' AND status IN ('sent', 'delivered', 'bounced')`,
  )
    .bind(JSON.stringify(ids))
    .all();
  return results.map(({ taken }) => taken);
}

async function receiptsDue(_, env) {
  return await env.DB.prepare(
    "SELECT count(*) AS n FROM deliveries WHERE receipt_due_at IS NOT NULL",
  ).first();
}

async function setClock(body) {
  ahead = body.ahead;
  return {};
}

const CONTROLS = { consume, tick, rows, webhooks, webhooksLeft, settled, receiptsDue, setClock };

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const control = pathname.startsWith("/chaos/") ? CONTROLS[pathname.slice(7)] : undefined;
    if (control === undefined) return worker.fetch(request, wrap(env), ctx);
    return Response.json(await control(await request.json(), wrap(env), ctx));
  },
};
