// The bare Worker to compare with Tidings. For each request it runs the D1 statements that were recorded from Tidings (TRACES)
// in one batch, sends the same queue message and answers JSON: no token, no validation, no limits, no log. For each round
// of a queue it runs the same two batches, with the same provider request between them.
import { freshId, makersOf } from "./templates.js";

export { AccessTokenKeeper, OrgQuota, ProviderGate, UserInbox, UserRateLimiter } from "./index.js";

const ROUND = 100;

let traces;

function prepared(env) {
  traces ??= Object.fromEntries(
    Object.entries(JSON.parse(env.TRACES)).map(([name, { calls, known }]) => [name, makersOf(calls, known)]),
  );
  return traces;
}

const bound = (db, { d1 }, given) =>
  d1.map(({ sql, params, make }) =>
    db.prepare(sql).bind(...(given === null ? params : make.map((param) => param(given)))),
  );

async function givenBy(request) {
  const body = await request.json();
  const targets = body.targets ?? [body];
  const now = Date.now();
  const [{ title, body: text, data }] = targets;
  const times = { slot_at: now, due_at: now, wake_at: now + 120_000, created_at: now, updated_at: now };
  return {
    users: targets.map((target) => target.user_id),
    ids: targets.map(freshId),
    row: { title, body: text, data: JSON.stringify(data), ...times },
  };
}

const gzip = (text) =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();

/** Repeats the recorded request: with the recorded e-mails, or with new pushes, since their compressed body cannot be recorded. */
async function ask({ fetch: url, headers, letters }, claimed) {
  const [, rows, , devices] = claimed.map(({ results }) => results);
  const tokens = new Map((devices ?? []).map(({ user_id, token }) => [user_id, token]));
  const push = ({ id, user_id, title, body, data }) => ({
    to: tokens.get(user_id),
    title,
    body,
    data: JSON.parse(data),
    collapseId: id,
  });
  const body = letters ? JSON.stringify(letters) : await gzip(JSON.stringify(rows.map(push)));
  const key = letters && { "Idempotency-Key": crypto.randomUUID() };
  const response = await fetch(url, { method: "POST", headers: { ...headers, ...key }, body });
  if (!response.ok) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function round(env, calls, ids) {
  const [claim, request, settle] = calls;
  const given = { ids, users: [] };
  const claimed = await env.DB.batch(bound(env.DB, claim, given));
  await ask(request, claimed);
  await env.DB.batch(bound(env.DB, settle, given));
}

export default {
  async fetch(request, env) {
    const calls = prepared(env)[request.headers.get("x-bench")];
    const given = request.method === "POST" ? await givenBy(request) : null;
    const results = await env.DB.batch(calls.flatMap((call) => (call.d1 ? bound(env.DB, call, given) : [])));
    for (const { queue, messages } of calls)
      if (queue !== undefined)
        await env[queue].sendBatch(
          messages.map((message) => ({ ...message, body: { ...message.body, ids: given.ids } })),
        );
    return Response.json(given ?? results.map(({ results: rows }) => rows));
  },

  async queue(batch, env) {
    if (env.BENCH_CONSUMES !== "yes") return batch.ackAll();
    for (const { body } of batch.messages)
      for (let i = 0; i < body.ids.length; i += ROUND)
        await round(env, prepared(env)[`drain ${body.channel}`], body.ids.slice(i, i + ROUND));
    batch.ackAll();
  },
};
