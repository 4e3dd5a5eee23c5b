import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { sendBatch as takeBatch } from "../../../src/notifications/push/send-batch.ts";
import { DAY, HOUR, MINUTE } from "../../../src/lib/clock.ts";
import { cancelDispatch } from "../../../src/log/admin.ts";
import { parseId } from "../../../src/lib/ids.ts";
import { inParallel } from "../../../src/lib/parallel.ts";
import { shardOf } from "../../../src/rate-limit/shard.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { watchedLimiters } from "../../support/limiters.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, count, listed, sendBatch, sendPush } from "./calls.ts";

const ASYNC = { headers: { prefer: "respond-async" } };

/** Nothing is sent unless the test says so. */
const quiet = (limit: number) =>
  createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: String(limit) } });

const pushes = (userId: string, n: number) => Array.from({ length: n }, () => aPush(userId));

interface Result {
  notification_id: string | null;
  status: string;
  error_code?: string;
  retry_at?: string;
}

const send = async (h: Harness, userId: string, n: number, options: object = ASYNC): Promise<Result[]> =>
  (await sendBatch(h, pushes(userId, n), options)).body.results;

const taken = (results: readonly Result[]) => results.flatMap(({ notification_id }) => notification_id ?? []);

const usage = (h: Harness, userId: string, limit: number) =>
  h.ctx.limiters.of(userId).usage({ name: "push", limit, periodMs: HOUR });

/** Cancels each of these by itself: as the API does, without its tokens, which take their time for thousands. */
async function cancelAll(h: Harness, ids: readonly string[]): Promise<void> {
  const author = { actor: "test", requestId: "test" };
  await inParallel(ids, 20, (id) =>
    cancelDispatch(h.ctx, { kind: "all" }, author, parseId("notif", id) ?? ""),
  );
}

describe("a user whose budget is booked out", () => {
  test("by three batches of 1,000 gets the next push at once when all of them are cancelled", async () => {
    const h = quiet(20);
    const { id } = await givenUser(h);
    const ids: string[] = [];
    for (let batch = 0; batch < 3; batch++) ids.push(...taken(await send(h, id, 1_000)));
    // A day's budget, and not 149 hours of it.
    expect(ids).toHaveLength(20 + 24 * 20);
    expect((await sendPush(h, aPush(id))).status).toBe(429);
    await cancelAll(h, ids);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
    await h.drain();
    expect(h.expo.accepted).toHaveLength(1);
  }, 120_000);

  test("has a target of a batch refused with the time of the next try, and what there is room for is taken", async () => {
    const h = quiet(1);
    const [{ id }, other] = [await givenUser(h), await givenUser(h)];
    const targets = [...pushes(id, 26), aPush(other.id), aPush(id)];
    const { status, body } = await sendBatch(h, targets, ASYNC);
    expect([status, body.total, body.failed]).toEqual([202, 28, 2]);
    const refused = {
      user_id: id,
      notification_id: null,
      status: "failed",
      error_code: "rate_limited",
      error: expect.stringMatching(/booked out for the next 24 hours/),
    };
    expect(body.results[25]).toEqual({
      ...refused,
      retry_at: new Date(h.clock.now() + 2 * HOUR - HOUR).toISOString(),
    });
    expect(body.results[26]).toMatchObject({ user_id: other.id, status: "queued" });
    expect(body.results[27]).toEqual({
      ...refused,
      retry_at: new Date(h.clock.now() + 2 * HOUR).toISOString(),
    });
    // Nothing is left of what was not taken.
    expect(await count(h, "dispatches", "user_id = ?", id)).toBe(25);
  });

  test("may be sent to again at the time in the answer, and not before", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    const at = Date.parse((await send(h, id, 26)).at(-1)?.retry_at ?? "");
    h.clock.set(at - 1);
    expect((await send(h, id, 1))[0]).toMatchObject({ error_code: "rate_limited" });
    h.clock.set(at);
    expect((await send(h, id, 1))[0]).toMatchObject({ status: "queued" });
  });

  test("costs a batch of others nothing, and a batch of this user alone is answered at once", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    await send(h, id, 25);
    const { status, body } = await sendBatch(h, pushes(id, 3));
    expect([status, body.failed, body.sent_at]).toEqual([201, 3, null]);
    expect(await listed(h, `batch_id=${body.batch_id}`)).toEqual([]);
  });

  test("has no record for a repeat with the same key", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    const options = { headers: { ...ASYNC.headers, "idempotency-key": mint("booked") } };
    const first = await send(h, id, 27, options);
    const again = await send(h, id, 27, options);
    expect(taken(again)).toEqual(taken(first));
    expect(again.slice(25).map(({ error_code }) => error_code)).toEqual(["no_record", "no_record"]);
    expect(await usage(h, id, 1)).toMatchObject({ used: 1 });
  });
});

describe("a batch that did not come into being", () => {
  test("gives its slots back when D1 does not take it", async () => {
    const h = quiet(10);
    const { id } = await givenUser(h);
    const write = vi.fn(() => Promise.reject(new Error("D1 is away")));
    const ctx = { ...h.ctx, db: { ...h.ctx.db, write } };
    h.interrupts.reset();
    await expect(takeBatch(ctx, { kind: "all" }, null, pushes(id, 30))).rejects.toThrow("D1 is away");
    const limiter = h.interrupts.calls.filter((name) => name.startsWith("limiter"));
    expect(limiter).toEqual(["limiter.slots", "limiter.release"]);
    expect(await usage(h, id, 10)).toMatchObject({ used: 0 });
  });

  test("gives its slots back when it is more than its organization's quota", async () => {
    const h = createHarness({ autoDrain: false, vars: { ORG_DAILY_QUOTA: "2", PUSH_LIMIT_PER_HOUR: "3" } });
    const { id } = await givenUser(h, { org: await givenOrg(h) });
    expect((await sendBatch(h, pushes(id, 3), ASYNC)).status).toBe(429);
    expect(await usage(h, id, 3)).toMatchObject({ used: 0 });
  });

  test("gives its slots back when another request with its key came first", async () => {
    const h = quiet(10);
    const { id } = await givenUser(h);
    const options = { headers: { ...ASYNC.headers, "idempotency-key": mint("twice") } };
    const answers = await Promise.all([send(h, id, 5, options), send(h, id, 5, options)]);
    expect(taken(answers[0] ?? [])).toEqual(taken(answers[1] ?? []));
    expect(await usage(h, id, 10)).toMatchObject({ used: 5 });
  });
});

describe("a batch whose user's limiter is away", () => {
  test("is taken all the same, and gets its slots when it is sent", async () => {
    const h = quiet(2);
    const { id } = await givenUser(h);
    const namespace = h.deps.bindings.USER_RATE_LIMITER;
    const away = vi.spyOn(namespace, "getByName").mockImplementation(() => {
      throw new Error("the object is away");
    });
    const ids = taken(await send(h, id, 3));
    away.mockRestore();
    expect(ids).toHaveLength(3);
    await h.drain();
    expect(h.expo.accepted).toHaveLength(2);
    expect(await listed(h, `user_id=${id}`, "status")).toEqual(["queued", "sent", "sent"]);
  });
});

test("a batch for many users asks each shard once, for all of its users", async () => {
  const h = quiet(1);
  const { users } = await givenUsers(h, 80);
  const greedy = users.at(-1) ?? "";
  await send(h, greedy, 25);
  const asked: string[][] = [];
  const limiters = watchedLimiters(h.ctx.limiters, {
    slots: (wanted) => void asked.push(wanted.map(({ user }) => user)),
  });
  const targets = [...users.map((id) => aPush(id)), aPush(greedy)];
  const { results } = await takeBatch({ ...h.ctx, limiters }, { kind: "all" }, null, targets);
  expect(asked.flat().toSorted()).toEqual(users.toSorted());
  expect(asked).toHaveLength(new Set(users.map(shardOf)).size);
  const missing = results.filter(({ dispatch }) => dispatch === null);
  expect(missing).toMatchObject([
    { user_id: greedy, missing: "rate_limited" },
    { user_id: greedy, missing: "rate_limited" },
  ]);
  await h.drain();
  expect(h.expo.accepted).toHaveLength(79 + 1);
});

describe("a slot is free again", () => {
  test("when a queued push is deleted, and not when one that was sent is", async () => {
    const h = quiet(2);
    const { id } = await givenUser(h);
    const [first = "", , last = ""] = taken(await send(h, id, 3));
    await h.drain();
    expect(await usage(h, id, 2)).toMatchObject({ used: 2 });
    for (const one of [first, last]) expect((await h.request("DELETE", `${BASE}/${one}`)).status).toBe(200);
    h.clock.advance(30 * MINUTE);
    // The one that was sent still counts, so that there is just one.
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(429);
  });

  test("when a push is refused before any attempt", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const { id } = await givenUser(h, { devices: 0 });
    for (let i = 0; i < 3; i++) {
      const { status, body } = await sendPush(h, aPush(id));
      expect([status, body.error_code]).toEqual([201, "no_device"]);
    }
    expect(await usage(h, id, 1)).toMatchObject({ used: 0 });
  });

  test("when what waits for it expires", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    const [first = ""] = taken(await send(h, id, 2));
    const uuid = parseId("notif", first) ?? "";
    await env.DB.prepare("UPDATE dispatches SET expires_at = ? WHERE id = ?").bind(h.clock.now(), uuid).run();
    await h.drain();
    expect(h.expo.requests).toEqual([]);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
  });

  test("when the user is erased, with everything else of theirs", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    await send(h, id, 25);
    expect((await h.request("DELETE", `/api/v1/directory/users/${id}`)).status).toBe(200);
    await givenUser(h, { id });
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
  });

  test.each([
    ["cancelled", (h: Harness, id: string) => cancelAll(h, [id])],
    ["deleted", (h: Harness, id: string) => h.request("DELETE", `${BASE}/${id}`)],
  ])("but not after an attempt, when what waits for the next one is %s", async (_, end) => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    h.expo.failNext({ kind: "status", status: 500 });
    const { body } = await sendPush(h, aPush(id), ASYNC);
    await h.drain();
    await end(h, body.id);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(429);
    h.clock.advance(HOUR);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
  });

  test("is no reason to fail: a cancel works while the limiter is away", async () => {
    const h = quiet(1);
    const { id } = await givenUser(h);
    const ids = taken(await send(h, id, 1));
    const away = vi.spyOn(h.deps.bindings.USER_RATE_LIMITER, "getByName").mockImplementation(() => {
      throw new Error("the object is away");
    });
    await cancelAll(h, ids);
    away.mockRestore();
    h.clock.advance(DAY);
    expect((await sendPush(h, aPush(id), ASYNC)).status).toBe(202);
  });
});
