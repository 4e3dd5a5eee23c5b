import { describe, expect, test } from "vitest";
import type { ProviderHealth } from "../../../src/delivery/outcome.ts";
import {
  type Breaker,
  acquire,
  FAILURES_TO_OPEN,
  HEALTHY,
  MAX_OPEN_MS,
  OPEN_MS,
  PROBE_MS,
  record,
  view,
} from "../../../src/delivery/gate/breaker.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";

const NOW = Date.UTC(2030, 0, 1);
const OK: ProviderHealth = { kind: "ok" };
const ERROR: ProviderHealth = { kind: "error" };
const throttled = (afterMs: number): ProviderHealth => ({ kind: "throttled", afterMs });

const after = (reports: readonly ProviderHealth[], now = NOW, from: Breaker = HEALTHY): Breaker =>
  reports.reduce((breaker, health) => record(breaker, health, now), from);

const errors = (count: number): ProviderHealth[] => Array.from({ length: count }, () => ERROR);
const OPEN = after(errors(FAILURES_TO_OPEN));

/** Lets a probe in at `now`; fails the test when none may go. */
function probe(breaker: Breaker, now: number): Breaker {
  const entry = acquire(breaker, now);
  if (!entry.admitted || !entry.probe) throw new Error(`expected a probe, got ${JSON.stringify(entry)}`);
  return entry.next;
}

describe("a closed circuit", () => {
  test("opens for 30 seconds after the fifth failure in a row, not before", () => {
    expect(acquire(after(errors(4)), NOW)).toMatchObject({
      admitted: true,
      probe: false,
      reportSuccess: true,
    });
    expect(acquire(OPEN, NOW)).toEqual({ admitted: false, retryAt: NOW + 30 * SECOND });
    expect(acquire(OPEN, NOW + 30 * SECOND - 1)).toEqual({ admitted: false, retryAt: NOW + 30 * SECOND });
  });

  test("starts counting anew after a success", () => {
    const breaker = after([...errors(4), OK, ...errors(4)]);
    expect(view(breaker, NOW)).toEqual({ circuit: "closed", failures: 4, restsUntil: null });
  });

  test("does not change, and wants no reports, while all is well", () => {
    expect(record(HEALTHY, OK, NOW)).toBe(HEALTHY);
    expect(acquire(HEALTHY, NOW)).toEqual({
      admitted: true,
      probe: false,
      reportSuccess: false,
      next: HEALTHY,
    });
  });
});

describe("an open circuit", () => {
  test("lets one probe through when it has rested, and nobody else until the probe reports", () => {
    const probing = probe(OPEN, NOW + OPEN_MS);
    const deadline = NOW + OPEN_MS + PROBE_MS;
    expect(acquire(probing, NOW + OPEN_MS)).toEqual({ admitted: false, retryAt: deadline });
    expect(acquire(probing, deadline - 1)).toEqual({ admitted: false, retryAt: deadline });
  });

  test("sends another probe when the first one is silent for 30 seconds", () => {
    const first = probe(OPEN, NOW + OPEN_MS);
    const second = probe(first, NOW + OPEN_MS + PROBE_MS);
    expect(acquire(second, NOW + OPEN_MS + PROBE_MS).admitted).toBe(false);
  });

  test("wants to hear that its probe succeeded", () => {
    expect(acquire(OPEN, NOW + OPEN_MS)).toMatchObject({ probe: true, reportSuccess: true });
  });

  test("closes when the probe succeeds, and forgets its failures", () => {
    const closed = record(probe(OPEN, NOW + OPEN_MS), OK, NOW + OPEN_MS);
    expect(closed.circuit).toEqual(HEALTHY.circuit);
    expect(after(errors(4), NOW + OPEN_MS, closed).circuit.kind).toBe("closed");
  });

  test("doubles its rest with each failed probe, up to ten minutes", () => {
    let breaker = OPEN;
    let now = NOW;
    const rests: number[] = [];
    for (let i = 0; i < 7; i++) {
      const entry = acquire(breaker, now);
      const retryAt = entry.admitted ? now : entry.retryAt;
      rests.push((retryAt - now) / SECOND);
      now = retryAt;
      breaker = record(probe(breaker, now), ERROR, now);
    }
    expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(MAX_OPEN_MS).toBe(600 * SECOND);
  });

  test("rests no longer because of failures from before that are still coming in", () => {
    expect(record(OPEN, ERROR, NOW + 10 * SECOND)).toBe(OPEN);
    expect(record(OPEN, ERROR, NOW + OPEN_MS)).toBe(OPEN);
  });

  test("closes at any success, also one from before", () => {
    expect(acquire(record(OPEN, OK, NOW + 1), NOW + 1)).toMatchObject({ admitted: true, probe: false });
  });

  test("is shown as open, half open, and resting until its probe is due to report", () => {
    expect(view(OPEN, NOW)).toEqual({ circuit: "open", failures: 5, restsUntil: NOW + OPEN_MS });
    expect(view(OPEN, NOW + OPEN_MS)).toEqual({ circuit: "half_open", failures: 5, restsUntil: null });
    const probing = probe(OPEN, NOW + OPEN_MS);
    const restsUntil = NOW + OPEN_MS + PROBE_MS;
    expect(view(probing, NOW + OPEN_MS)).toEqual({ circuit: "half_open", failures: 5, restsUntil });
  });
});

describe("a pause", () => {
  test("lasts as long as the provider says, and no failure is counted", () => {
    const breaker = after([...errors(3), throttled(MINUTE)]);
    expect(acquire(breaker, NOW)).toEqual({ admitted: false, retryAt: NOW + MINUTE });
    expect(acquire(breaker, NOW + MINUTE).admitted).toBe(true);
    expect(view(breaker, NOW)).toEqual({ circuit: "closed", failures: 3, restsUntil: NOW + MINUTE });
  });

  test("is an hour at most", () => {
    for (const afterMs of [DAY, Infinity])
      expect(acquire(after([throttled(afterMs)]), NOW)).toEqual({ admitted: false, retryAt: NOW + HOUR });
  });

  test("of nonsense is none", () => {
    for (const afterMs of [0, -1, NaN]) {
      const breaker = after([throttled(afterMs)]);
      expect(breaker.pausedUntil).toBeLessThanOrEqual(NOW);
      expect(acquire(after([throttled(MINUTE)], NOW, breaker), NOW).admitted).toBe(false);
    }
  });

  test("the later of two pauses holds, in whichever order they come", () => {
    for (const pauses of [
      [5, 1],
      [1, 5],
    ]) {
      const breaker = after(pauses.map((minutes) => throttled(minutes * MINUTE)));
      expect(acquire(breaker, NOW)).toEqual({ admitted: false, retryAt: NOW + 5 * MINUTE });
    }
  });

  test("is not ended by a success, which was asked for before", () => {
    expect(acquire(after([throttled(MINUTE), OK]), NOW)).toEqual({ admitted: false, retryAt: NOW + MINUTE });
  });

  test("longer than the rest of an open circuit delays its probe", () => {
    const breaker = after([throttled(5 * MINUTE)], NOW, OPEN);
    expect(acquire(breaker, NOW + OPEN_MS)).toEqual({ admitted: false, retryAt: NOW + 5 * MINUTE });
    expect(acquire(breaker, NOW + 5 * MINUTE)).toMatchObject({ admitted: true, probe: true });
  });

  test("asked for by a probe is followed by another probe, and the rest does not double", () => {
    for (const pause of [SECOND, MINUTE]) {
      const breaker = record(probe(OPEN, NOW + OPEN_MS), throttled(pause), NOW + OPEN_MS);
      const now = NOW + OPEN_MS + pause;
      expect(acquire(breaker, now - 1)).toEqual({ admitted: false, retryAt: now });
      const again = record(probe(breaker, now), ERROR, now);
      expect(acquire(again, now)).toEqual({ admitted: false, retryAt: now + 2 * OPEN_MS });
    }
  });
});
