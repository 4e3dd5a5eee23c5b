import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { sweep } from "../../src/delivery/sweep.ts";
import { MINUTE, SECOND } from "../../src/lib/clock.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import {
  batchOf,
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenPushes,
  live,
  timesGiven,
  wakeUp,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

describe("the gate of a provider", () => {
  /** Five rounds that fail open it. */
  async function openGate(h: ReturnType<typeof createWorld>) {
    h.expo.failNext({ kind: "status", status: 500 }, 5);
    for (let i = 0; i < 5; i++) await deliverNow(h, (await givenPushes(h)).ids);
    await env.DB.exec("DELETE FROM dispatches");
    h.queues.waiting = [];
    h.expo.requests.length = 0;
  }

  test("being shut, nothing is claimed and nothing is spent, and the messages come again at its end", async () => {
    const h = createWorld();
    await openGate(h);
    const { ids } = await givenPushes(h, 3);
    const before = await dispatchesOf(ids);
    h.meter.reset();
    expect(await deliverNow(h, ids)).toEqual([30]);
    expect(h.meter.trips).toBe(0);
    expect(h.expo.requests).toEqual([]);
    expect(await dispatchesOf(ids)).toEqual(before);
    h.queues.put("push", wakeUp(ids));
    await live(h, 3);
    expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", attempts: 1 })));
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("being shut is asked once for a whole batch, and messages that are retried again and again wait longer", async () => {
    const h = createWorld();
    await openGate(h);
    const { ids } = await givenPushes(h, 250);
    const bodies = [ids.slice(0, 100), ids.slice(100, 200), ids.slice(200)].map(wakeUp);
    const { batch, answers } = batchOf(bodies, "tidings-push", 2);
    h.interrupts.reset();
    await h.consume(batch);
    expect(answers()).toEqual([60, 60, 60]);
    expect(h.interrupts.calls).toEqual(["gate.acquire"]);
  });

  test("shut for long, leaves its messages to the sweep, which wakes none of them until it is open", async () => {
    const h = createWorld();
    await openGate(h);
    h.expo.failNext({ kind: "throttle", retryAfter: "900" });
    h.clock.advance(31 * SECOND);
    await deliverNow(h, (await givenPushes(h)).ids);
    const start = h.clock.now();
    const { ids } = await givenPushes(h, 3);
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    h.interrupts.reset();
    await live(h, 13);
    expect(h.interrupts.calls).not.toContain("queue");
    await live(h, 6);
    expect(h.expo.accepted.every((push) => push.at >= start + 900 * SECOND)).toBe(true);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("lets a probe fail without an attempt for it", async () => {
    const h = createWorld();
    await openGate(h);
    const { ids } = await givenPushes(h, 2);
    h.clock.advance(31 * SECOND);
    h.expo.failNext({ kind: "status", status: 500 });
    await deliverNow(h, ids);
    expect(h.expo.requests).toHaveLength(1);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "queued", attempts: 0, error_code: "expo_server_error" })),
    );
    await live(h, 5);
    expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", attempts: 1 })));
  });

  test("is probed by one request of a round, whose rest follows once it is open again", async () => {
    const h = createWorld();
    await openGate(h);
    const { ids } = await givenPushes(h, 50, { devices: 6 });
    h.clock.advance(31 * SECOND);
    await deliverNow(h, ids);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([100]);
    await live(h, 1);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([100, 100, 100]);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "sent", attempts: 1, targets: 6, delivered_count: 6 })),
    );
  });

  test("not answering, sends nothing, and the sweep goes on all the same", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const broken = () => Promise.reject(new Error("the object is away"));
    const ctx = {
      ...h.ctx,
      gates: () => ({ acquire: broken, giveBack: broken, report: broken, peek: broken }),
    };
    h.clock.advance(2 * MINUTE);
    expect(await sweep(ctx)).toBe(2);
    const again = await deliverOn(ctx, "push", [ids]);
    expect([...(again ?? [])]).toEqual(ids.map((id) => [id, 15]));
    expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(["queued", "queued"]);
    await h.drain();
    expect(timesGiven(h, ids)).toEqual([1, 1]);
  });
});

describe("an outage of six hours", () => {
  test.each([
    ["of one user's message", 1],
    ["of three rounds' messages", 250],
  ])("%s loses nothing and sends each once", { timeout: 60_000 }, async (_, count) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, count);
    for (let i = 0; i < ids.length; i += 100) h.queues.put("push", wakeUp(ids.slice(i, i + 100)));
    const fetchNow = h.expo.fetch;
    let requests = 0;
    h.expo.fetch = () => {
      requests++;
      throw new TypeError("unreachable");
    };
    await live(h, 6 * 60);
    expect((await dispatchesOf(ids)).every(({ status }) => status === "queued")).toBe(true);
    expect(requests).toBeLessThan(100);
    h.expo.fetch = fetchNow;
    await live(h, 150);
    const settled = await dispatchesOf(ids);
    expect(settled.filter(({ status }) => status !== "sent")).toEqual([]);
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([1]));
  });
});
