import { beforeEach, describe, expect, test } from "vitest";
import { sweep } from "../../src/delivery/sweep.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import {
  consumeAll,
  createWorld,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  errorsOf,
  givenDispatches,
  givenPushes,
  givenUsers,
  live,
  timesGiven,
  waits,
  wakeUp,
  wokenIds,
} from "../support/pipeline.ts";
import { aPush } from "../support/world.ts";

beforeEach(emptyTables);

const post = async (h: Harness, user: string, sendAt: number) =>
  h.request("POST", "/api/v1/notifications", {
    body: aPush(user, { send_at: new Date(sendAt).toISOString() }),
    headers: { prefer: "respond-async" },
  });

describe("a push with send_at", () => {
  test.each([
    ["in half a minute", 30 * SECOND],
    ["in two minutes, the longest for which it is woken at once", 2 * MINUTE],
    ["just beyond that", 2 * MINUTE + SECOND],
    ["in an hour and some seconds", HOUR + 17 * SECOND],
    ["in three days", 3 * DAY],
  ])("%s, goes out at that second, once, with one wake-up call", async (_, ahead) => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const sendAt = h.clock.now() + ahead;
    expect((await post(h, users[0] ?? "", sendAt)).status).toBe(202);
    await live(h, ahead / MINUTE + 5);
    expect(h.expo.accepted.map(({ at }) => at)).toEqual([sendAt]);
    expect(h.queues.sends).toBe(1);
  });

  test("takes its slot of the user's budget when it goes, and not when it is asked for", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "1" });
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    expect((await post(h, user, h.clock.now() + 2 * HOUR)).status).toBe(202);
    const now = await h.request("POST", "/api/v1/notifications", {
      body: aPush(user),
      headers: { prefer: "respond-async" },
    });
    expect(now.status).toBe(202);
    await live(h, 125);
    expect(h.expo.accepted).toHaveLength(2);
  });
});

describe("a message that comes before its dispatch is due", () => {
  test("is put back with the exact delay", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3, { sendAt: h.clock.now() + 90 * SECOND });
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect(waits(h, "push")).toEqual([90]);
    expect((await dispatchesOf(ids)).map(({ status, claims }) => [status, claims])).toEqual(
      ids.map(() => ["queued", 0]),
    );
    const start = h.clock.now();
    await live(h, 4);
    expect(h.expo.accepted.map(({ at }) => (at - start) / SECOND)).toEqual([90, 90, 90]);
  });

  test("is dropped when its dispatch is due much later, because the sweep wakes it then", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { sendAt: h.clock.now() + HOUR });
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect(h.queues.waiting).toEqual([]);
    await live(h, 65);
    expect(timesGiven(h, ids)).toEqual([1]);
  });

  test("holds up none of the others that came with it", async () => {
    const h = createWorld();
    const now = await givenPushes(h, 2);
    const later = await givenPushes(h, 2, { sendAt: h.clock.now() + MINUTE });
    await consumeAll(h, [wakeUp([...later.ids, ...now.ids])]);
    expect(timesGiven(h, now.ids)).toEqual([1, 1]);
    expect(timesGiven(h, later.ids)).toEqual([0, 0]);
  });
});

describe("the sweep", () => {
  test("finds a push whose message was lost within two minutes", async () => {
    const h = createWorld();
    const start = h.clock.now();
    const { ids } = await givenPushes(h, 3);
    await live(h, 4);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
    expect(h.expo.accepted[0]?.at ?? Infinity).toBeLessThanOrEqual(start + 2 * MINUTE);
  });

  test("that runs twice at once wakes everything once", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 250);
    h.clock.advance(2 * MINUTE);
    const woken = await Promise.all([sweep(h.ctx), sweep(h.deps.open("first-primary"))]);
    expect(woken.toSorted((a, b) => a - b)).toEqual([0, 250]);
    expect(wokenIds(h).flat().toSorted()).toEqual(ids.toSorted());
  });

  test("does not enqueue a backlog again at the next tick, and does so at the one after the next", async () => {
    const h = createWorld();
    await givenPushes(h, 10);
    h.clock.advance(2 * MINUTE);
    const woken = [];
    for (let minute = 0; minute < 7; minute++) {
      woken.push(await sweep(h.ctx));
      h.clock.advance(MINUTE);
    }
    expect(woken).toEqual([10, 0, 10, 0, 10, 0, 10]);
  });

  test("leaves a lease alone while it holds, and lets outcomes that are under way come first", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    const claimed = h.interrupts.stopAtNext("fetch", "before");
    void deliverNow(h, ids);
    await claimed.reached;
    const start = h.clock.now();
    h.clock.advance(MINUTE);
    await sweep(h.ctx);
    // A lease of 60 s and 15 s for the outcomes.
    expect(waits(h, "push").map((wait) => wait + (h.clock.now() - start) / SECOND)).toEqual([75]);
  });

  test("catches up after the cron was away for a day", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 20);
    const ids: string[] = [];
    for (let hour = 0; hour < 24; hour++)
      ids.push(...(await givenDispatches(h, users, { sendAt: h.clock.now() + hour * HOUR })));
    h.clock.advance(DAY);
    await live(h, 3);
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([1]));
    expect(errorsOf(h)).toEqual([]);
  });
});

describe("a duplicate", () => {
  test("of a message sends nothing twice", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    await consumeAll(h, [wakeUp(ids), wakeUp(ids), wakeUp([...ids].reverse())]);
    await consumeAll(h, [wakeUp(ids)]);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("that two consumers have at the same time is sent by one of them", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 150, { devices: 2 });
    await Promise.all([0, 1, 2].map(() => consumeAll(h, [wakeUp(ids.slice(0, 100)), wakeUp(ids.slice(50))])));
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([2]));
    expect(
      (await dispatchesOf(ids)).every(({ attempts, status }) => attempts === 1 && status === "sent"),
    ).toBe(true);
  });

  test("within a message is one", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await deliverNow(h, [id, id, id]);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([1]);
    expect(await dispatchOf(id)).toMatchObject({ attempts: 1, delivered_count: 1 });
  });

  test("of another channel's id touches nothing", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h, 1, { channel: "email", lane: "email" })).ids;
    const before = await dispatchOf(id);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toEqual(before);
  });
});
