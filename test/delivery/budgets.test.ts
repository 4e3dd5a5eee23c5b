import { beforeEach, describe, expect, test, vi } from "vitest";
import { PARALLEL_REQUESTS } from "../../src/delivery/send-concurrently.ts";
import { sweep } from "../../src/delivery/sweep.ts";
import { wake } from "../../src/outbox/wake.ts";
import { chunks } from "../../src/lib/chunks.ts";
import { DAY } from "../../src/lib/clock.ts";
import { shardOf } from "../../src/rate-limit/shard.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import type { Harness } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReaders, mailNow } from "../support/mail.ts";
import {
  consumeAll,
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenDispatches,
  givenPushes,
  givenUsers,
  timesGiven,
  wakeUp,
  wokenIds,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

/** One trip claims and loads, one settles. */
const CLAIM_AND_SETTLE = 2;

/** What handling a batch costs. */
async function costOf(h: Harness, bodies: readonly unknown[]) {
  h.meter.reset();
  h.interrupts.reset();
  const answers = await consumeAll(h, bodies);
  const count = (prefix: string) => h.interrupts.calls.filter((name) => name.startsWith(prefix)).length;
  return {
    answers,
    trips: h.meter.trips,
    statements: h.meter.statements.length,
    rowsWritten: h.meter.rowsWritten,
    requests: count("fetch"),
    gate: count("gate"),
    limiter: count("limiter"),
    queue: count("queue"),
  };
}

const allSent = async (ids: readonly string[]) =>
  (await dispatchesOf(ids)).every((dispatch) => dispatch.status === "sent");

describe("a consumer", () => {
  test("sends a hundred pushes of one message in two round trips and one request", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    const cost = await costOf(h, [wakeUp(ids)]);
    expect(cost).toMatchObject({ answers: ["ack"], trips: CLAIM_AND_SETTLE, requests: 1 });
    expect(cost).toMatchObject({ gate: 1, limiter: 0, queue: 0 });
    expect(await allSent(ids)).toBe(true);
    expect(errorsOf(h)).toEqual([]);
  });

  test("sends a hundred messages of one push each at the cost of one message of a hundred", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    const cost = await costOf(
      h,
      ids.map((id) => wakeUp([id])),
    );
    expect(cost).toMatchObject({ trips: CLAIM_AND_SETTLE, requests: 1, gate: 1, limiter: 0, queue: 0 });
    expect(cost.answers).toEqual(ids.map(() => "ack"));
    expect(await allSent(ids)).toBe(true);
  });

  test("needs two round trips also for three devices each, and a request for each hundred devices", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100, { devices: 3 });
    const cost = await costOf(h, [wakeUp(ids)]);
    expect(cost).toMatchObject({ trips: CLAIM_AND_SETTLE, requests: 3, gate: 3, limiter: 0, queue: 0 });
    expect(h.expo.requests.map((request) => request.size)).toEqual([100, 100, 100]);
  });

  test("writes three rows for a push: the claim, the delivery, the outcome", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 10);
    expect((await costOf(h, [wakeUp(ids)])).rowsWritten).toBe(3 * ids.length);
  });

  test("writes three rows for an e-mail: the claim, the outcome with all that the log shows, the provider's id", async () => {
    const h = createMailWorld();
    const readers = await givenReaders(h, 10);
    const ids = await givenMails(
      h,
      readers.map(({ id }) => id),
    );
    h.meter.reset();
    await mailNow(h, ids);
    expect(h.meter).toMatchObject({ trips: CLAIM_AND_SETTLE, rowsWritten: 3 * ids.length });
    expect(await dispatchesOf(ids)).toMatchObject(
      readers.map(({ email }) => ({ status: "sent", to_address: email, title: expect.stringMatching(/./) })),
    );
  });

  test("asks each shard of limiters once, whatever the number of its users' pushes", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 5);
    const some = users.flatMap((user) => Array.from({ length: 10 }, () => user));
    const shards = new Set(users.map(shardOf)).size;
    const ids = await givenDispatches(h, some, { slotTaken: false, lane: "bulk" });
    const cost = await costOf(h, [wakeUp(ids)]);
    expect(cost).toMatchObject({ trips: CLAIM_AND_SETTLE, requests: 1, gate: 1, limiter: shards });
    expect(await allSent(ids)).toBe(true);
  });

  test("pays one round trip for ids that were handled before", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    await deliverNow(h, ids);
    const again = await costOf(h, [wakeUp(ids)]);
    expect(again).toMatchObject({ trips: 1, rowsWritten: 0, requests: 0, queue: 0 });
  });

  test("stays well inside the platform's thousand statements, and leaves the rest of a full batch for later", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 60);
    // 51 ids a message, of which 50 have been deleted: no two of them fit into one round.
    const messages = ids.map((id) => [id, ...Array.from({ length: 50 }, () => crypto.randomUUID())]);
    const first = await costOf(h, messages.map(wakeUp));
    expect(first.statements).toBeLessThan(500);
    const left = messages.filter((_, i) => first.answers[i] !== "ack");
    expect(left).toHaveLength(48);
    expect(first.answers.filter((answer) => answer !== "ack")).toEqual(left.map(() => 0));
    for (const again of chunks(left, 12)) await deliverOn(h.ctx, "push", again);
    expect(await allSent(ids)).toBe(true);
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([1]));
  });

  test("begins no round after ten minutes, so that the platform does not end it in the middle of one", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 51);
    const messages = [];
    for (let i = 0; i < 10; i++) messages.push(await givenDispatches(h, users));
    const fetchNow = h.expo.fetch;
    h.expo.fetch = (url, init) => {
      h.clock.advance(11 * 60_000);
      return fetchNow(url, init);
    };
    const answers = await consumeAll(h, messages.map(wakeUp));
    // Those that had begun before the first ended, at most as many as may be under way.
    const begun = answers.filter((answer) => answer === "ack").length;
    expect(begun).toBeGreaterThanOrEqual(1);
    expect(begun).toBeLessThanOrEqual(PARALLEL_REQUESTS + 1);
    expect(answers.slice(begun)).toEqual(Array(10 - begun).fill(0));
  });

  test("claims the next rounds while the first is at the provider, and sends over no more than six connections", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 60);
    const messages = [];
    for (let i = 0; i < 12; i++) messages.push(await givenDispatches(h, users));
    const fetchNow = h.expo.fetch;
    let open = 0;
    let most = 0;
    h.expo.fetch = async (url, init) => {
      most = Math.max(most, ++open);
      // Until there is no more to come, or so many that the others wait.
      if (open < PARALLEL_REQUESTS) await vi.waitUntil(() => most === PARALLEL_REQUESTS, { timeout: 20_000 });
      open--;
      return fetchNow(url, init);
    };
    expect(await consumeAll(h, messages.map(wakeUp))).toEqual(Array(12).fill("ack"));
    expect(most).toBe(PARALLEL_REQUESTS);
    expect(h.expo.accepted).toHaveLength(12 * 60);
    expect(await allSent(messages.flat())).toBe(true);
  });
});

describe("the provider's pace", () => {
  test("is kept within a round, however many devices its users have", async () => {
    const h = createWorld();
    h.expo.settings.ratePerSecond = 600;
    const { ids, tokens } = await givenPushes(h, 60, { devices: 30 });
    const start = h.clock.now();
    await deliverNow(h, ids);
    expect(h.expo.accepted).toHaveLength(tokens.length);
    expect(h.expo.requests).toHaveLength(tokens.length / 100);
    // 1,800 messages at 480 a second, the first hundred at once.
    expect(h.clock.now() - start).toBeGreaterThan(3_300);
    expect(h.clock.now() - start).toBeLessThan(4_000);
    expect(await allSent(ids)).toBe(true);
  });

  test("is kept by consumers that run at the same time", async () => {
    const h = createWorld();
    h.expo.settings.ratePerSecond = 600;
    const worlds = await Promise.all(Array.from({ length: 4 }, () => givenPushes(h, 100, { devices: 3 })));
    await Promise.all(worlds.map(({ ids }) => deliverNow(h, ids)));
    const all = worlds.flatMap(({ ids }) => ids);
    // Messages that would wait longer than two seconds come again later.
    await h.drain();
    h.clock.advance(60_000);
    await h.drain();
    expect(await allSent(all)).toBe(true);
    expect(new Set(timesGiven(h, all))).toEqual(new Set([3]));
    expect((await dispatchesOf(all)).every((dispatch) => dispatch.attempts === 1)).toBe(true);
  });
});

describe("the outbox", () => {
  test("writes a push in four rows: itself, and an index each for its channel, its user and the sweep", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 10);
    h.meter.reset();
    await givenDispatches(h, users);
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 4 * users.length });
  });

  test("takes any number of pushes in one round trip", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1_000);
    h.meter.reset();
    const ids = await givenDispatches(h, users, { body: "x".repeat(4_000) });
    expect(h.meter.trips).toBe(1);
    expect(await dispatchesOf(ids)).toHaveLength(1_000);
  });
});

describe("the sweep", () => {
  test("wakes five thousand in one round trip, in messages and calls that the queue takes", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 5_100, 0);
    await givenDispatches(h, users);
    h.clock.advance(DAY);
    h.meter.reset();
    h.interrupts.reset();
    expect(await sweep(h.ctx)).toBe(5_000);
    expect(h.meter.trips).toBe(1);
    expect(h.queues.sends).toBe(1);
    expect(wokenIds(h).map((ids) => ids.length)).toEqual(Array.from({ length: 50 }, () => 100));
    expect(errorsOf(h)).toEqual([]);
    expect(await sweep(h.ctx)).toBe(100);
    expect(await sweep(h.ctx)).toBe(0);
  });

  test("and every other source that wakes, puts ten thousand into messages and calls that the queue takes", async () => {
    const h = createWorld();
    const some = Array.from(
      { length: 10_000 },
      () => ({ id: crypto.randomUUID(), channel: "push", lane: "bulk", at: 0 }) as const,
    );
    await wake(h.ctx, some);
    expect(h.queues.sends).toBe(2);
    expect(wokenIds(h).flat()).toEqual(some.map(({ id }) => id));
    expect(errorsOf(h)).toEqual([]);
  });

  test("puts dispatches of five thousand different times into calls that the queue takes", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 5_000, 0);
    await givenDispatches(h, users, { sendAt: h.clock.now() + DAY });
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET due_at = due_at + abs(random()) % 60000, lane = iif(random() % 2, 'bulk', 'push')",
    ).run();
    h.clock.advance(DAY);
    expect(await sweep(h.ctx)).toBe(5_000);
    const woken = wokenIds(h).flat();
    expect(new Set(woken).size).toBe(5_000);
    expect(errorsOf(h)).toEqual([]);
  });
});
