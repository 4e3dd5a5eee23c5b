import { beforeEach, describe, expect, test } from "vitest";
import { acquirePermit, restFor } from "../../src/delivery/permit.ts";
import { sendWithPermit } from "../../src/delivery/with-permit.ts";
import { SECOND } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import {
  consumeAll,
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenPushes,
  timesGiven,
  wakeUp,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

const gateOf = (h: Harness) => h.ctx.gates("push", "expo");

/** Five rounds that fail shut it for half a minute. */
async function shutGate(h: Harness) {
  for (let i = 0; i < 5; i++) await gateOf(h).report({ kind: "error" });
}

describe("a permit", () => {
  const push = (h: Harness) => ({ channel: "push", providers: h.deps.pushProviders });

  test("of a probe is used up by the first request", async () => {
    const h = createWorld();
    await shutGate(h);
    h.clock.advance(30 * SECOND);
    const permit = await acquirePermit(h.ctx, push(h), 10);
    if ("retryAt" in permit) throw new Error("The gate should admit a probe");
    expect([permit.admission.probe, permit.unused()]).toEqual([true, 10]);
    expect([await permit.acquireMore(3), permit.unused()]).toEqual([0, 0]);
    expect(await permit.acquireMore(1)).toBeGreaterThan(0);
  });

  test("is given back when the claim fails: the probe is left to the next message", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    await shutGate(h);
    h.clock.advance(31 * SECOND);
    h.meter.away(true);
    await deliverNow(h, ids);
    h.meter.away(false);
    expect(await gateOf(h).peek()).toMatchObject({ circuit: "half_open", restsUntil: null });
    await deliverNow(h, ids);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("that is refused for a short time is asked for again in whole seconds, one at least", async () => {
    const { ctx } = createWorld();
    const now = ctx.clock.now();
    expect([0, 1, 1_000, 1_001].map((ms) => restFor(ctx, now + ms))).toEqual([1, 1, 1, 2]);
    expect(restFor(ctx, now + ctx.config.sweepAfterMs)).toBeNull();
  });
});

describe("a message that finds nothing to send", () => {
  test("costs the provider's pace nothing", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    await deliverNow(h, ids);
    h.clock.advance(SECOND);
    const start = h.clock.now();
    for (let i = 0; i < 30; i++) await deliverNow(h, ids);
    expect(h.clock.now() - start).toBe(0);
    expect(h.expo.requests).toHaveLength(1);
  });

  test("leaves the probe of a gate that opens again to the next", async () => {
    const h = createWorld();
    const done = await givenPushes(h, 3);
    await deliverNow(h, done.ids);
    await shutGate(h);
    h.clock.advance(31 * SECOND);
    await deliverNow(h, done.ids);
    const { ids } = await givenPushes(h, 3);
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
    expect(await gateOf(h).peek()).toEqual({ circuit: "closed", failures: 0, restsUntil: null });
  });
});

describe("a round that sends less than it asked for", () => {
  test("gives the rest of its places back", async () => {
    const h = createWorld();
    const done = await givenPushes(h, 99);
    await deliverNow(h, done.ids);
    h.clock.advance(SECOND);
    const start = h.clock.now();
    // One new push among 99 old ones, ten times: ten messages at 480 a second, and not a thousand.
    for (let i = 0; i < 10; i++) await deliverNow(h, [...done.ids, ...(await givenPushes(h)).ids]);
    expect(h.clock.now() - start).toBeLessThan(25);
  });

  test("gives back no probe that it has made", async () => {
    const h = createWorld();
    const done = await givenPushes(h, 3);
    await deliverNow(h, done.ids);
    await shutGate(h);
    h.clock.advance(31 * SECOND);
    h.expo.failNext({ kind: "status", status: 500 });
    const { ids } = await givenPushes(h, 2);
    await deliverNow(h, [...done.ids, ...ids]);
    expect(await gateOf(h).peek()).toMatchObject({ circuit: "open", failures: 6 });
    expect(await deliverNow(h, ids)).not.toEqual(["ack"]);
  });
});

describe("a success", () => {
  test("is not reported to a gate that waits for none, and is to one that counts failures", async () => {
    const h = createWorld();
    await deliverNow(h, (await givenPushes(h)).ids);
    expect(h.interrupts.calls).not.toContain("gate.report");
    await gateOf(h).report({ kind: "error" });
    h.interrupts.reset();
    await deliverNow(h, (await givenPushes(h)).ids);
    expect(h.interrupts.calls.filter((name) => name === "gate.report")).toHaveLength(1);
    expect(await gateOf(h).peek()).toMatchObject({ failures: 0 });
  });

  test("in one request of a round outweighs the failure of another", async () => {
    const h = createWorld();
    await gateOf(h).report({ kind: "error" });
    const { ids } = await givenPushes(h, 50, { devices: 4 });
    h.expo.failNext({ kind: "status", status: 500 });
    await deliverNow(h, ids);
    expect(await gateOf(h).peek()).toMatchObject({ failures: 0 });
  });
});

test("when the first provider rests, the next in the list is asked", async () => {
  const h = createWorld({ PUSH_PROVIDERS: "expo,log" });
  await shutGate(h);
  const { ids } = await givenPushes(h, 2);
  expect(await consumeAll(h, [wakeUp(ids)])).toEqual(["ack"]);
  expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", provider: "log" })));
  expect(h.expo.requests).toEqual([]);
});

test("a permit is given back though sending has thrown: the probe is left to the next message", async () => {
  const h = createWorld();
  const entry = { name: "a-receiver", pace: { ratePerSecond: 20, burst: 20 } };
  const gate = h.ctx.gates("radio", entry.name);
  for (let i = 0; i < 5; i++) await gate.report({ kind: "error" });
  h.clock.advance(31 * SECOND);
  const sending = sendWithPermit(h.ctx, "radio", entry, ["a message"], () =>
    Promise.reject(new Error("A bug")),
  );
  await expect(sending).rejects.toThrow("A bug");
  expect(await gate.peek()).toMatchObject({ circuit: "half_open", restsUntil: null });
});
