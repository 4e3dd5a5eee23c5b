import { beforeEach, describe, expect, test } from "vitest";
import { MINUTE } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import {
  batchOf,
  createWorld,
  deliveriesOf,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  givenPushes,
  givenUsers,
  live,
  timesGiven,
  wakeUp,
} from "../support/pipeline.ts";
import { aPush } from "../support/world.ts";

beforeEach(emptyTables);

type When = "before" | "after";

/** The calls that a consumer makes for pushes to users with two devices: gate, claim, gate for the rest, Expo, settle. */
const CALLS = ["gate.acquire", "d1", "gate.acquire", "fetch", "d1"];
const STOPS = CALLS.flatMap((name, i) =>
  (["before", "after"] as const).map((when): [string, number, When] => [
    `${when} ${name} (${i + 1})`,
    i + 1,
    when,
  ]),
);

/** Runs `work` until its nth call, and no further: the isolate was killed there. */
async function kill(h: Harness, nth: number, when: When, work: () => Promise<unknown>): Promise<string> {
  const stopped = h.interrupts.stopAt(nth, when);
  void work();
  return stopped.reached;
}

/** Expo has the messages and nobody has written it down: only then may they be given to it again. */
const isAmbiguous = (nth: number, when: When) =>
  (nth === 4 && when === "after") || (nth === 5 && when === "before");

test("a consumer makes the calls that the other tests stop it at", async () => {
  const h = createWorld();
  const { ids } = await givenPushes(h, 3, { devices: 2 });
  h.interrupts.reset();
  await deliverNow(h, ids);
  expect(h.interrupts.calls).toEqual(CALLS);
});

describe.each(STOPS)("a consumer killed %s", (_, nth, when) => {
  const times = isAmbiguous(nth, when) ? 2 : 1;

  test.each(["is lost", "comes again"])("loses nothing when its message %s", async (fate) => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 3, { devices: 2 });
    const { batch } = batchOf([wakeUp(ids)]);
    await kill(h, nth, when, () => h.consume(batch));
    if (fate === "comes again") h.queues.put("push", wakeUp(ids));
    await live(h, 6);
    expect((await dispatchesOf(ids)).map(({ status, delivered_count }) => [status, delivered_count])).toEqual(
      ids.map(() => ["sent", 2]),
    );
    expect(
      ids.flatMap((id) => tokens.map((token) => h.expo.timesGiven(id, token))).filter((n) => n > 0),
    ).toEqual(tokens.map(() => times));
    expect(h.queues.waiting).toEqual([]);
  });
});

describe("a request killed while it takes a push", () => {
  /** Key, user and replay; limiter; quota (once in many sends); dispatch and key; wake-up call. */
  const REQUEST = ["d1", "limiter.reserve", "quota.lease", "d1", "queue"];

  const post = (h: Harness, user: string, key: string) =>
    h.request("POST", "/api/v1/notifications", {
      body: aPush(user),
      headers: { "idempotency-key": key, prefer: "respond-async" },
    });

  test("makes these calls", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    h.interrupts.reset();
    await post(h, users[0] ?? "", crypto.randomUUID());
    expect(h.interrupts.calls).toEqual(REQUEST);
  });

  test.each(REQUEST.flatMap((_, i) => [[i + 1, "before"] as const, [i + 1, "after"] as const]))(
    "at its call %i (%s) has either taken it or not, and a repeat with its key makes one of it",
    async (nth, when) => {
      const h = createWorld();
      const { users } = await givenUsers(h, 1);
      const [user = ""] = users;
      const key = crypto.randomUUID();
      await kill(h, nth, when, () => post(h, user, key));
      await live(h, 4);
      const isTaken = nth > 4 || (nth === 4 && when === "after");
      expect(h.expo.accepted).toHaveLength(isTaken ? 1 : 0);
      const repeated = await post(h, user, key);
      expect([repeated.status, repeated.headers.get("idempotency-replayed")]).toEqual(
        isTaken ? [201, "true"] : [202, null],
      );
      await live(h, 4);
      expect(h.expo.accepted).toHaveLength(1);
    },
  );
});

describe("a sweep killed", () => {
  test.each([
    ["before it looks", "d1", "before"],
    ["after it has moved what it took", "d1", "after"],
    ["after it has woken", "queue", "after"],
  ] as const)("%s loses nothing and wakes nothing twice to any effect", async (_, name, when) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.clock.advance(2 * MINUTE);
    const stopped = h.interrupts.stopAtNext(name, when);
    void h.tick();
    await stopped.reached;
    await live(h, 5);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });
});

describe("a consumer whose lease ends before it is done", () => {
  test("before it has sent, sends nothing: what it had claimed has gone to another", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    const asleep = h.interrupts.stopAtNext("d1", "after");
    const sleeper = deliverNow(h, ids);
    await asleep.reached;
    await live(h, 4);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
    const settled = await dispatchesOf(ids);
    asleep.release();
    expect(await sleeper).toEqual(["ack"]);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
    expect(await dispatchesOf(ids)).toEqual(settled);
  });

  test("before it has sent, gives its claim back when nobody else took it", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    const asleep = h.interrupts.stopAtNext("d1", "after");
    const sleeper = deliverNow(h, ids);
    await asleep.reached;
    h.clock.advance(2 * MINUTE);
    asleep.release();
    await sleeper;
    expect(h.expo.requests).toEqual([]);
    expect((await dispatchesOf(ids)).map(({ status, attempts }) => [status, attempts])).toEqual(
      ids.map(() => ["queued", 0]),
    );
    await h.drain();
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("after it has sent, does not overwrite what the next claimer wrote", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    h.expo.failNext({ kind: "status", status: 500 });
    const asleep = h.interrupts.stopAtNext("fetch", "after");
    const sleeper = deliverNow(h, ids);
    await asleep.reached;
    await live(h, 4);
    const settled = await dispatchesOf(ids);
    expect(settled.map(({ status, attempts }) => [status, attempts])).toEqual(ids.map(() => ["sent", 1]));
    asleep.release();
    await sleeper;
    expect(await dispatchesOf(ids)).toEqual(settled);
    await live(h, 3);
    expect(timesGiven(h, ids)).toEqual([1, 1]);
  });

  test("has its accepted deliveries counted, though the next claimer was refused and gave up", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 2 });
    const [id = ""] = ids;
    const asleep = h.interrupts.stopAtNext("fetch", "after");
    const sleeper = deliverNow(h, ids);
    await asleep.reached;
    for (const token of tokens) h.expo.settings.ticketErrors.set(token, "MessageTooBig");
    await live(h, 4);
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", delivered_count: 0, failed_count: 2 });
    asleep.release();
    await sleeper;
    expect((await deliveriesOf(id)).map(({ status }) => status)).toEqual(["accepted", "accepted"]);
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      delivered_count: 2,
      failed_count: 0,
      error_code: null,
      error: null,
    });
  });

  test("spares those devices the next attempt", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    const [id = ""] = ids;
    const asleep = h.interrupts.stopAtNext("fetch", "after");
    const sleeper = deliverNow(h, ids);
    await asleep.reached;
    h.clock.advance(2 * MINUTE);
    h.expo.failNext({ kind: "status", status: 503 });
    await deliverNow(h, ids);
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", attempts: 1, delivered_count: 0 });
    asleep.release();
    await sleeper;
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", attempts: 1, delivered_count: 1 });
    await live(h, 4);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", attempts: 1, delivered_count: 1 });
    expect(timesGiven(h, ids)).toEqual([1]);
  });
});
