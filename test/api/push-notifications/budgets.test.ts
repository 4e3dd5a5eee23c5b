import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint, type RequestOptions } from "../../support/harness.ts";
import { shardOf } from "../../../src/rate-limit/shard.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, sendBatch, sendPush } from "./calls.ts";
import { wokenBy } from "../../support/fake-queue.ts";

const ASYNC = { headers: { prefer: "respond-async" } };
let keys = 0;
const key = () => ({ "idempotency-key": `budget-${Date.now()}-${keys++}` });

/** What a request costs: D1 round trips, rows written, sendBatch calls. The consumer's part is left out. */
async function costOf(h: Harness, request: () => Promise<{ status: number }>) {
  h.meter.reset();
  const sends = h.queues.sends;
  const { status } = await request();
  return { status, trips: h.meter.trips, written: h.meter.rowsWritten, sends: h.queues.sends - sends };
}

const quiet = () => createHarness({ autoDrain: false });

describe("D1 round trips and queue operations", () => {
  test.each([
    ["a list", () => BASE],
    ["a filtered list", (user: string) => `${BASE}?user_id=${user}&status=failed&page=2`],
    ["one push", (_: string, id: string) => `${BASE}/${id}`],
    ["a push that is not there", () => `${BASE}/notif_01jq8z3k5te8v9m4p2r7x6w1yd`],
    ["a user's devices", (user: string) => `${BASE}/device-tokens?user_id=${user}`],
    ["the state of the service", () => "/healthz"],
  ])("reading %s takes one round trip and writes nothing", async (_, path) => {
    const h = quiet();
    const user = await givenUser(h);
    const { body } = await sendPush(h, aPush(user.id), ASYNC);
    const { status: __, ...cost } = await costOf(h, () => h.request("GET", path(user.id, body.id)));
    expect(cost).toEqual({ trips: 1, written: 0, sends: 0 });
  });

  test("reading as an org_admin, across the organizations below, takes one as well", async () => {
    const h = quiet();
    const org = await givenOrg(h);
    const user = await givenUser(h, { org: await givenOrg(h, org) });
    await sendPush(h, aPush(user.id), ASYNC);
    const as = { role: "org_admin", sub: "admin", org } as const;
    const read = () => h.request("GET", BASE, { as });
    expect(await costOf(h, read)).toEqual({ status: 200, trips: 1, written: 0, sends: 0 });
  });

  // The row, and an entry in each index of it: channel, user, what is to be woken.
  test("an asynchronous send takes one, writes four rows and wakes once", async () => {
    const h = quiet();
    const user = await givenUser(h);
    const send = () => sendPush(h, aPush(user.id), ASYNC);
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 1, written: 4, sends: 1 });
  });

  test("whoever may not reach everyone takes one more, before the user's budget is touched", async () => {
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const org = await givenOrg(h);
    const own = await givenUser(h, { org });
    const other = await givenUser(h);
    const as = { role: "org_admin", sub: "admin", org } as const;
    const send = (id: string) => () => sendPush(h, aPush(id), { ...ASYNC, as });
    expect(await costOf(h, send(own.id))).toEqual({ status: 202, trips: 2, written: 5, sends: 1 });
    expect(await costOf(h, send(other.id))).toMatchObject({ status: 404, trips: 1 });
    const limiter = h.ctx.limiters.of(other.id);
    expect(await limiter.usage({ name: "push", limit: 1, periodMs: 3_600_000 })).toMatchObject({ used: 0 });
  });

  // Two more for the organization's and the scenario's index, another for the prompt's.
  test("a send with all that can be indexed writes seven rows", async () => {
    const h = quiet();
    const user = await givenUser(h, { org: await givenOrg(h) });
    const send = () => sendPush(h, aPush(user.id, { scenario_id: "s", prompt_id: "p" }), ASYNC);
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 1, written: 7, sends: 1 });
  });

  test("an Idempotency-Key adds its row, its index entry, and the round trip that looks for it", async () => {
    const h = quiet();
    const user = await givenUser(h);
    const headers = { ...ASYNC.headers, ...key() };
    const send = () => sendPush(h, aPush(user.id), { headers });
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 2, written: 6, sends: 1 });
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 1, written: 0, sends: 0 });
  });

  test("a send for later takes one, and no queue operation", async () => {
    const h = quiet();
    const user = await givenUser(h);
    const send_at = new Date(h.clock.now() + 3_600_000).toISOString();
    const send = () => sendPush(h, aPush(user.id, { send_at }));
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 1, written: 4, sends: 0 });
  });

  test("waiting in vain adds five looks, however long it is", async () => {
    const h = quiet();
    const user = await givenUser(h);
    const send =
      (headers = {}) =>
      () =>
        sendPush(h, aPush(user.id), { headers });
    expect(await costOf(h, send())).toMatchObject({ trips: 1 + 5, written: 4 });
    expect(await costOf(h, send({ prefer: "wait=10" }))).toMatchObject({ trips: 1 + 5, written: 4 });
  });

  test("a batch of 1,000 takes two and one queue operation, each of its rows written once with its indexes", async () => {
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "2000" } });
    const user = await givenUser(h);
    const targets = Array.from({ length: 1_000 }, () => aPush(user.id));
    const send = (options: RequestOptions) => () => sendBatch(h, targets, options);
    expect(await costOf(h, send(ASYNC))).toEqual({ status: 202, trips: 2, written: 5_000, sends: 1 });
    const headers = { ...ASYNC.headers, ...key() };
    expect(await costOf(h, send({ headers }))).toEqual({ status: 202, trips: 2, written: 5_002, sends: 1 });
    expect(h.queues.waiting.map((message) => message.lane)).toEqual(Array(20).fill("bulk"));
  });

  test("a batch asks each shard of limiters once, and nobody asks it again when it is sent", async () => {
    const h = quiet();
    const users = await Promise.all(Array.from({ length: 20 }, () => givenUser(h)));
    const targets = Array.from({ length: 100 }, (_, i) => aPush(users[i % 20]?.id ?? ""));
    h.interrupts.reset();
    await sendBatch(h, targets, ASYNC);
    const limiter = () => h.interrupts.calls.filter((name) => name.startsWith("limiter"));
    const shards = new Set(users.map(({ id }) => shardOf(id))).size;
    expect(limiter()).toEqual(Array(shards).fill("limiter.slots"));
    await h.drain();
    expect(h.expo.accepted).toHaveLength(100);
    expect(limiter()).toHaveLength(shards);
  });

  test("what of a batch is for later wakes nobody now, and is not claimed before its time", async () => {
    const h = quiet();
    const user = await givenUser(h);
    const send = () =>
      sendBatch(
        h,
        Array.from({ length: 1_000 }, () => aPush(user.id)),
        ASYNC,
      );
    expect(await costOf(h, send)).toEqual({ status: 202, trips: 2, written: 5_000, sends: 1 });
    // Sixty at once, and two within two minutes.
    expect(h.queues.waiting.map(({ body }) => wokenBy(body).length)).toEqual([60, 1, 1]);
  });

  test("a send to an unknown user takes one and leaves their budget alone, and one over the budget takes none", async () => {
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const user = await givenUser(h);
    const send = (id: string) => () => sendPush(h, aPush(id), ASYNC);
    const nobody = mint("nobody");
    const missing = { status: 404, trips: 1, written: 0, sends: 0 };
    expect(await costOf(h, send(nobody))).toEqual(missing);
    // The budget is one: a slot that was kept would make it a 429.
    expect(await costOf(h, send(nobody))).toEqual(missing);
    await send(user.id)();
    expect(await costOf(h, send(user.id))).toEqual({ status: 429, trips: 0, written: 0, sends: 0 });
  });

  test("a mark, a deletion, a device's registration and its removal take one each", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const [token = ""] = user.tokens;
    const { body } = await sendPush(h, aPush(user.id));
    const device = { user_id: user.id, token, platform: "ios" };
    const requests = [
      () => h.request("PUT", `${BASE}/${body.id}`, { body: { status: "retried" } }),
      () => h.request("DELETE", `${BASE}/${body.id}`),
      () => h.request("DELETE", `${BASE}/device-tokens/${encodeURIComponent(token)}`),
      () => h.request("POST", `${BASE}/device-tokens`, { body: device }),
    ];
    for (const request of requests) expect(await costOf(h, request)).toMatchObject({ trips: 1, sends: 0 });
  });

  test.each([
    ["without a token that is valid", 401, { as: null, headers: { authorization: "Bearer x.y.z" } }],
    ["with a role that may not", 403, { as: { role: "user", sub: "u" } }],
    ["with a body that is wrong", 400, { body: {} }],
  ] as const)("a request %s never reaches D1", async (_, status, options) => {
    const h = quiet();
    const send = () => sendPush(h, aPush("x"), options);
    expect(await costOf(h, send)).toEqual({ status, trips: 0, written: 0, sends: 0 });
  });
});
