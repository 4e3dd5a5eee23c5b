import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweep } from "../../src/delivery/sweep.ts";
import { HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import {
  createWorld,
  deliveriesOf,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  errorsOf,
  givenPushes,
  givenUsers,
  live,
  timesGiven,
  waits,
  wokenIds,
} from "../support/pipeline.ts";
import { aPush } from "../support/world.ts";

beforeEach(emptyTables);

/** A fault after which a write is tried again, and one after which it is not. */
const PASSING = "D1_ERROR: Network connection lost.";
const LASTING = "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.";

const sentOnce = (ids: readonly string[]) =>
  ids.map(() => ({ status: "sent", attempts: 1, delivered_count: 1 }));

describe("a write that was committed and reported as failed", () => {
  test.each([
    ["for a moment", PASSING, 202],
    ["for good", LASTING, 500],
  ])("%s, of a new push, makes one push of it", async (_, fault, status) => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const post = () =>
      h.request("POST", "/api/v1/notifications", {
        body: aPush(users[0] ?? ""),
        headers: { "idempotency-key": "k1", prefer: "respond-async" },
      });
    h.meter.failNext("after", fault);
    expect((await post()).status).toBe(status);
    await post();
    await live(h, 4);
    expect(h.expo.accepted).toHaveLength(1);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(1);
  });

  test("of a claim, is recognized by its claim id and sent at once", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.meter.failNext("after");
    h.meter.failNext("after");
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect(await dispatchesOf(ids)).toMatchObject(sentOnce(ids));
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("of a claim, whose answer never came, is claimed again after its lease", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.meter.failNext("after", LASTING);
    const [again] = await deliverNow(h, ids);
    expect(again).toBe(15);
    expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(ids.map(() => "sending"));
    await live(h, 4);
    expect(await dispatchesOf(ids)).toMatchObject(sentOnce(ids));
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test.each([
    ["for a moment", PASSING, []],
    ["for good", LASTING, [5]],
  ])("%s, of a settle, counts its attempt once", async (_, fault, queued) => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 2, { devices: 2 });
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "ExpoError");
    const first = h.interrupts.stopAtNext("fetch", "before");
    const consumed = deliverNow(h, ids);
    await first.reached;
    h.meter.failNext("after", fault);
    first.release();
    await consumed;
    expect(waits(h, "push").filter((wait) => wait === 5)).toEqual(queued);
    const settled = [
      { status: "queued", attempts: 1, delivered_count: 1, failed_count: 0 },
      { status: "sent", attempts: 1, delivered_count: 2, failed_count: 0 },
    ];
    expect(await dispatchesOf(ids)).toMatchObject(settled);
    h.clock.advance(6 * SECOND);
    await h.drain();
    expect(await dispatchesOf(ids)).toMatchObject(settled);
    h.expo.settings.ticketErrors.clear();
    await live(h, 4);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "sent", attempts: 2, delivered_count: 2 },
      settled[1],
    ]);
    expect(timesGiven(h, ids)).toEqual([2, 2]);
  });

  test.each([PASSING, LASTING])("of a sweep, loses none of what it had moved on (%s)", async (fault) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.clock.advance(2 * MINUTE);
    h.meter.failNext("after", fault);
    await live(h, 5);
    expect(await dispatchesOf(ids)).toMatchObject(sentOnce(ids));
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });
});

describe("a sweep that D1 failed for a moment", () => {
  test.each(["before", "after"] as const)(
    "%s it was committed wakes what it moved on, once",
    async (when) => {
      const h = createWorld();
      const { ids } = await givenPushes(h, 3);
      const later = await givenPushes(h, 1, { sendAt: h.clock.now() + 2 * MINUTE + 30 * SECOND });
      h.clock.advance(2 * MINUTE);
      h.meter.failNext(when);
      expect(await sweep(h.ctx)).toBe(4);
      const woken = wokenIds(h).flat();
      expect(woken.toSorted()).toEqual([...ids, ...later.ids].toSorted());
    },
  );
});

describe("a settle that fails half way", () => {
  // Only a settle with a dead token touches device_tokens' invalidated_at: the last of its statements but the followers.
  const BREAK = `CREATE TRIGGER broken BEFORE UPDATE OF invalidated_at ON device_tokens
    BEGIN SELECT RAISE(ABORT, 'broken'); END`;
  afterEach(() => env.DB.exec("DROP TRIGGER IF EXISTS broken"));

  test("writes nothing, and all of it when its outcomes come back from the queue", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 2, { devices: 2 });
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "DeviceNotRegistered");
    await env.DB.prepare(BREAK).run();
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect((await dispatchesOf(ids)).map(({ status, attempts }) => [status, attempts])).toEqual(
      ids.map(() => ["sending", 0]),
    );
    expect((await Promise.all(ids.map(deliveriesOf))).flat()).toEqual([]);
    expect(waits(h, "push")).toEqual([5]);
    h.clock.advance(5 * SECOND);
    await h.drain();
    expect(waits(h, "push")).toEqual([5]);
    await env.DB.exec("DROP TRIGGER broken");
    h.clock.advance(5 * SECOND);
    await h.drain();
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "sent", attempts: 1, delivered_count: 1, failed_count: 1 },
      { status: "sent", attempts: 1, delivered_count: 2, failed_count: 0 },
    ]);
    const dead = await env.DB.prepare(
      "SELECT token FROM device_tokens WHERE invalidated_at IS NOT NULL",
    ).all();
    expect(dead.results).toEqual([{ token: tokens[0] }]);
    await live(h, 4);
    expect(h.expo.requests).toHaveLength(1);
  });
});

describe("while D1 is away", () => {
  test.each([
    ["some seconds", 20 * SECOND],
    ["longer than a lease", 3 * MINUTE],
    ["an hour", HOUR],
  ])("for %s, what Expo has accepted is kept on the queue and not sent again", async (_, ms) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3, { devices: 2 });
    const sending = h.interrupts.stopAtNext("fetch", "before");
    const consumed = deliverNow(h, ids);
    await sending.reached;
    h.meter.away(true);
    sending.release();
    expect(await consumed).toEqual(["ack"]);
    const end = h.clock.now() + ms;
    while (h.clock.now() + MINUTE <= end) await live(h, 1);
    h.clock.set(end);
    h.meter.away(false);
    await live(h, 5);
    expect(
      (await dispatchesOf(ids)).map(({ status, attempts, delivered_count }) => [
        status,
        attempts,
        delivered_count,
      ]),
    ).toEqual(ids.map(() => ["sent", 1, 2]));
    expect(timesGiven(h, ids)).toEqual([2, 2, 2]);
    expect(h.queues.waiting).toEqual([]);
    expect(h.queues.lost).toEqual([]);
  });

  test("nothing is claimed, and everything is sent once it is back", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.queues.put("push", { v: 1, channel: "push", ids });
    h.meter.away(true);
    await live(h, 30);
    expect(h.expo.requests).toEqual([]);
    h.meter.away(false);
    await live(h, 4);
    expect(await dispatchesOf(ids)).toMatchObject(sentOnce(ids));
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("and the queue as well, outcomes are lost, and the same message replaces itself on the device", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const sending = h.interrupts.stopAtNext("fetch", "before");
    const consumed = deliverNow(h, ids);
    await sending.reached;
    h.meter.away(true);
    h.queues.away = true;
    sending.release();
    await consumed;
    expect(errorsOf(h)).toEqual(["settle_failed", "wake_failed", "outcomes_lost"]);
    h.meter.away(false);
    h.queues.away = false;
    await live(h, 4);
    expect(await dispatchesOf(ids)).toMatchObject(sentOnce(ids));
    // By collapse id: the device shows one.
    expect(timesGiven(h, ids)).toEqual([2, 2]);
  });
});

describe("while the queue is away", () => {
  test("a new push is taken, and sent when the sweep finds it", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    h.queues.away = true;
    const sent = await h.request("POST", "/api/v1/notifications", {
      body: aPush(users[0] ?? ""),
      headers: { prefer: "respond-async" },
    });
    expect(sent.status).toBe(202);
    await live(h, 3);
    expect(h.expo.accepted).toEqual([]);
    h.queues.away = false;
    await live(h, 4);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("a retry whose wake-up call is lost is found by the sweep", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    h.expo.failNext({ kind: "drop" });
    h.queues.away = true;
    await deliverNow(h, ids);
    h.queues.away = false;
    expect(h.queues.waiting).toEqual([]);
    await live(h, 4);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sent", attempts: 2 });
  });
});
