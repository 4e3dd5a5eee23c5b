import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import type { Pace, ProviderHealth } from "../../../src/delivery/outcome.ts";
import { createGates } from "../../../src/delivery/permit.ts";
import { type Gate, MAX_PACING_WAIT_MS } from "../../../src/delivery/gate/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { manualClock } from "../../rate-limit/world.ts";

const OK: ProviderHealth = { kind: "ok" };
const ERROR: ProviderHealth = { kind: "error" };
const FAST: Pace = { ratePerSecond: 1_000_000, burst: 1_000_000 };
/** One message every 100 ms, ten at once. */
const SLOW: Pace = { ratePerSecond: 10, burst: 10 };

/** A provider that no other test knows, with a clock of its own. */
function newProvider() {
  const clock = manualClock();
  const name = crypto.randomUUID();
  const stub = env.PROVIDER_GATE.getByName(`push:${name}`);
  return {
    clock,
    stub,
    gate: createGates(env.PROVIDER_GATE, clock)("push", name),
    evict: () => evictDurableObject(stub),
  };
}

async function fail(gate: Gate, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await gate.report(ERROR);
}

const HEALTHY_STATE = { circuit: "closed", failures: 0, restsUntil: null };

describe("circuit", () => {
  test("a provider that fails five times rests, is probed once, and is well again after one success", async () => {
    const { clock, gate } = newProvider();
    await fail(gate, 5);
    expect(await gate.acquire(1, FAST)).toEqual({ admitted: false, retryAt: clock.now() + 30 * SECOND });
    clock.move(30 * SECOND);
    const admissions = await Promise.all(Array.from({ length: 20 }, () => gate.acquire(1, FAST)));
    const probes = admissions.filter((admission) => admission.admitted);
    expect(probes).toEqual([{ admitted: true, waitMs: 0, probe: true, reportSuccess: true }]);
    await gate.report(OK);
    expect(await gate.acquire(1, FAST)).toEqual({
      admitted: true,
      waitMs: 0,
      probe: false,
      reportSuccess: false,
    });
    expect(await gate.peek()).toEqual(HEALTHY_STATE);
  });

  test("failures are counted across evictions", async () => {
    const { gate, evict } = newProvider();
    for (let i = 1; i <= 5; i++) {
      await gate.report(ERROR);
      await evict();
      expect((await gate.peek()).failures).toBe(i);
      await evict();
    }
    expect((await gate.acquire(1, FAST)).admitted).toBe(false);
  });

  test("the probe stays the only one after an eviction", async () => {
    const { clock, gate, evict } = newProvider();
    await fail(gate, 5);
    clock.move(30 * SECOND);
    expect(await gate.acquire(1, FAST)).toMatchObject({ admitted: true, probe: true });
    await evict();
    expect((await gate.acquire(1, FAST)).admitted).toBe(false);
  });

  test("a pause survives an eviction and ends when the provider said", async () => {
    const { clock, gate, evict } = newProvider();
    await gate.report({ kind: "throttled", afterMs: 5 * MINUTE });
    await evict();
    const restsUntil = clock.now() + 5 * MINUTE;
    expect(await gate.acquire(1, FAST)).toEqual({ admitted: false, retryAt: restsUntil });
    expect(await gate.peek()).toEqual({ circuit: "closed", failures: 0, restsUntil });
    clock.move(5 * MINUTE);
    expect((await gate.acquire(1, FAST)).admitted).toBe(true);
  });

  // A new version reads what an older one has stored: otherwise it would send to a provider that rests.
  test("a pause and its circuit are stored under a name that stays", async () => {
    const { clock, stub, gate } = newProvider();
    await fail(gate, 2);
    await gate.report({ kind: "throttled", afterMs: 5 * MINUTE });
    const stored = await runInDurableObject(stub, (_, { storage }) => [...storage.kv.list()]);
    expect(stored).toEqual([
      ["breaker", { circuit: { kind: "closed", failures: 2 }, pausedUntil: clock.now() + 5 * MINUTE }],
    ]);
  });

  test("looking takes no probe", async () => {
    const { clock, gate } = newProvider();
    await fail(gate, 5);
    clock.move(30 * SECOND);
    expect(await gate.peek()).toEqual({ circuit: "half_open", failures: 5, restsUntil: null });
    expect(await gate.acquire(1, FAST)).toMatchObject({ admitted: true, probe: true });
  });

  test("a provider's failures are its own", async () => {
    const [bad, good] = [newProvider(), newProvider()];
    await fail(bad.gate, 5);
    expect((await good.gate.acquire(1, FAST)).admitted).toBe(true);
    expect(await good.gate.peek()).toEqual(HEALTHY_STATE);
  });
});

describe("pace", () => {
  test("a burst goes at once, the next waits for its turn", async () => {
    const { gate } = newProvider();
    expect(await gate.acquire(10, SLOW)).toMatchObject({ admitted: true, waitMs: 0 });
    expect(await gate.acquire(1, SLOW)).toMatchObject({ admitted: true, waitMs: 100 });
    expect(await gate.acquire(3, SLOW)).toMatchObject({ admitted: true, waitMs: 400 });
  });

  test("no caller waits longer than the limit; one that would have to is refused and takes nothing", async () => {
    const { clock, gate } = newProvider();
    await gate.acquire(10, SLOW);
    await gate.acquire(10, SLOW);
    expect(await gate.acquire(10, SLOW)).toMatchObject({ admitted: true, waitMs: MAX_PACING_WAIT_MS });
    const retryAt = clock.now() + MAX_PACING_WAIT_MS + 100;
    for (let i = 0; i < 3; i++) expect(await gate.acquire(1, SLOW)).toEqual({ admitted: false, retryAt });
    clock.move(100);
    expect(await gate.acquire(1, SLOW)).toMatchObject({ admitted: true, waitMs: MAX_PACING_WAIT_MS });
  });

  test("over a minute of constant asking, the rate is the provider's", async () => {
    const { clock, gate } = newProvider();
    let sent = 0;
    for (let i = 0; i < 60; i++) {
      while ((await gate.acquire(5, SLOW)).admitted) sent += 5;
      clock.move(SECOND);
    }
    // 59 seconds at 10, the burst, and those that wait 2 s.
    expect(sent).toBe(590 + 10 + 20);
  });

  test("more than a burst goes when the burst is free, so nobody starves", async () => {
    const { clock, gate } = newProvider();
    expect(await gate.acquire(100, SLOW)).toMatchObject({ admitted: true, waitMs: 0 });
    expect(await gate.acquire(100, SLOW)).toEqual({ admitted: false, retryAt: clock.now() + 10 * SECOND });
    clock.move(10 * SECOND);
    expect(await gate.acquire(100, SLOW)).toMatchObject({ admitted: true, waitMs: 0 });
  });

  test("a rate that divides no millisecond is kept", async () => {
    const { clock, gate } = newProvider();
    const pace = { ratePerSecond: 600, burst: 100 };
    await gate.acquire(100, pace);
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const admission = await gate.acquire(1, pace);
      if (admission.admitted) waits.push(admission.waitMs);
    }
    expect(waits).toEqual([2, 3, 5]);
    clock.move(5);
    expect(await gate.acquire(1, pace)).toMatchObject({ waitMs: 2 });
  });

  test("a probe that would have to wait too long is not taken", async () => {
    const { clock, gate } = newProvider();
    await gate.acquire(1_000, SLOW);
    await fail(gate, 5);
    clock.move(30 * SECOND);
    expect(await gate.acquire(1, SLOW)).toEqual({ admitted: false, retryAt: clock.now() + 69_100 });
    expect(await gate.peek()).toMatchObject({ circuit: "half_open", restsUntil: null });
  });

  test("a caller whose clock was a day ahead holds up nobody", async () => {
    const { clock, gate } = newProvider();
    clock.move(DAY);
    await gate.acquire(10, SLOW);
    clock.move(-DAY);
    expect(await gate.acquire(10, SLOW)).toMatchObject({ admitted: true, waitMs: 0 });
  });

  test("callers whose clocks differ by seconds share one pace", async () => {
    const { clock, gate } = newProvider();
    await gate.acquire(10, SLOW);
    clock.move(-SECOND);
    expect(await gate.acquire(1, SLOW)).toMatchObject({ admitted: true, waitMs: 1_100 });
  });
});

describe("what is written", () => {
  test("nothing at all for healthy traffic", () =>
    runInDurableObject(newProvider().stub, async (gate, state) => {
      const put = vi.spyOn(state.storage.kv, "put");
      for (let i = 0; i < 50; i++) {
        const now = Date.UTC(2030, 0, 1) + i * SECOND;
        expect(await gate.acquire(now, 10, SLOW)).toMatchObject({ reportSuccess: false });
        await gate.report(now, OK);
        await gate.peek(now);
      }
      expect(put).not.toHaveBeenCalled();
      expect([...state.storage.kv.list()]).toEqual([]);
      put.mockRestore();
    }));

  test("one value, once for each change", () =>
    runInDurableObject(newProvider().stub, async (gate, state) => {
      const put = vi.spyOn(state.storage.kv, "put");
      let now = Date.UTC(2030, 0, 1);
      const writes = async (work: () => Promise<unknown>) => {
        put.mockClear();
        await work();
        return put.mock.calls.length;
      };
      for (let i = 0; i < 5; i++) expect(await writes(() => gate.report(now, ERROR))).toBe(1);
      expect(await writes(() => gate.report(now, ERROR))).toBe(0);
      expect(await writes(() => gate.acquire(now, 1, FAST))).toBe(0);
      now += 30 * SECOND;
      expect(await writes(() => gate.acquire(now, 1, FAST))).toBe(1);
      expect(await writes(() => gate.acquire(now, 1, FAST))).toBe(0);
      expect(await writes(() => gate.report(now, OK))).toBe(1);
      expect(await writes(() => gate.report(now, OK))).toBe(0);
      expect(await writes(() => gate.report(now, { kind: "throttled", afterMs: HOUR }))).toBe(1);
      expect(await writes(() => gate.report(now, { kind: "throttled", afterMs: MINUTE }))).toBe(0);
      expect([...state.storage.kv.list()]).toHaveLength(1);
      put.mockRestore();
    }));
});
