import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProviderHealth } from "../../src/dispatch/outcome.ts";
import {
  type Breaker,
  enter,
  FAILURES_TO_OPEN,
  HEALTHY,
  MAX_OPEN_MS,
  MAX_PAUSE_MS,
  OPEN_MS,
  PROBE_MS,
  record,
  view,
} from "../../src/gate/breaker.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";

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
  const entry = enter(breaker, now);
  if (!entry.admitted || !entry.probe) throw new Error(`expected a probe, got ${JSON.stringify(entry)}`);
  return entry.next;
}

describe("a closed circuit", () => {
  test("opens for 30 seconds after the fifth failure in a row, not before", () => {
    expect(enter(after(errors(4)), NOW)).toMatchObject({ admitted: true, probe: false, reportSuccess: true });
    expect(enter(OPEN, NOW)).toEqual({ admitted: false, retryAt: NOW + 30 * SECOND });
    expect(enter(OPEN, NOW + 30 * SECOND - 1)).toEqual({ admitted: false, retryAt: NOW + 30 * SECOND });
  });

  test("starts counting anew after a success", () => {
    const breaker = after([...errors(4), OK, ...errors(4)]);
    expect(view(breaker, NOW)).toEqual({ circuit: "closed", failures: 4, restsUntil: null });
  });

  test("does not change, and wants no reports, while all is well", () => {
    expect(record(HEALTHY, OK, NOW)).toBe(HEALTHY);
    expect(enter(HEALTHY, NOW)).toEqual({
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
    expect(enter(probing, NOW + OPEN_MS)).toEqual({ admitted: false, retryAt: deadline });
    expect(enter(probing, deadline - 1)).toEqual({ admitted: false, retryAt: deadline });
  });

  test("sends another probe when the first one is silent for 30 seconds", () => {
    const first = probe(OPEN, NOW + OPEN_MS);
    const second = probe(first, NOW + OPEN_MS + PROBE_MS);
    expect(enter(second, NOW + OPEN_MS + PROBE_MS).admitted).toBe(false);
  });

  test("wants to hear that its probe succeeded", () => {
    expect(enter(OPEN, NOW + OPEN_MS)).toMatchObject({ probe: true, reportSuccess: true });
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
      const entry = enter(breaker, now);
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
    expect(enter(record(OPEN, OK, NOW + 1), NOW + 1)).toMatchObject({ admitted: true, probe: false });
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
    expect(enter(breaker, NOW)).toEqual({ admitted: false, retryAt: NOW + MINUTE });
    expect(enter(breaker, NOW + MINUTE).admitted).toBe(true);
    expect(view(breaker, NOW)).toEqual({ circuit: "closed", failures: 3, restsUntil: NOW + MINUTE });
  });

  test("is an hour at most", () => {
    for (const afterMs of [DAY, Infinity])
      expect(enter(after([throttled(afterMs)]), NOW)).toEqual({ admitted: false, retryAt: NOW + HOUR });
  });

  test("of nonsense is none", () => {
    for (const afterMs of [0, -1, NaN]) {
      const breaker = after([throttled(afterMs)]);
      expect(enter(breaker, NOW).admitted).toBe(true);
      expect(enter(after([throttled(MINUTE)], NOW, breaker), NOW).admitted).toBe(false);
    }
  });

  test("the later of two pauses holds, in whichever order they come", () => {
    for (const pauses of [
      [5, 1],
      [1, 5],
    ]) {
      const breaker = after(pauses.map((minutes) => throttled(minutes * MINUTE)));
      expect(enter(breaker, NOW)).toEqual({ admitted: false, retryAt: NOW + 5 * MINUTE });
    }
  });

  test("is not ended by a success, which was asked for before", () => {
    expect(enter(after([throttled(MINUTE), OK]), NOW)).toEqual({ admitted: false, retryAt: NOW + MINUTE });
  });

  test("longer than the rest of an open circuit delays its probe", () => {
    const breaker = after([throttled(5 * MINUTE)], NOW, OPEN);
    expect(enter(breaker, NOW + OPEN_MS)).toEqual({ admitted: false, retryAt: NOW + 5 * MINUTE });
    expect(enter(breaker, NOW + 5 * MINUTE)).toMatchObject({ admitted: true, probe: true });
  });

  test("asked for by a probe is followed by another probe, and the rest does not double", () => {
    const now = NOW + OPEN_MS;
    const breaker = record(probe(OPEN, now), throttled(MINUTE), now);
    expect(enter(breaker, now + MINUTE - 1)).toEqual({ admitted: false, retryAt: now + MINUTE });
    const again = record(probe(breaker, now + MINUTE), ERROR, now + MINUTE);
    expect(enter(again, now + MINUTE)).toEqual({ admitted: false, retryAt: now + MINUTE + 2 * OPEN_MS });
  });
});

type Event = { kind: "wait"; ms: number } | { kind: "enter" } | { kind: "report"; health: ProviderHealth };

const reports: fc.Arbitrary<Event> = fc
  .oneof(
    { weight: 6, arbitrary: fc.constant(ERROR) },
    { weight: 1, arbitrary: fc.constant(OK) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * HOUR }).map(throttled) },
  )
  .map((health) => ({ kind: "report", health }));
const asks: fc.Arbitrary<Event> = fc.constant({ kind: "enter" });
const waits = (ms: fc.Arbitrary<number>): fc.Arbitrary<Event> =>
  ms.map((value) => ({ kind: "wait", ms: value }));
const histories = (steps: fc.Arbitrary<number>) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: reports }, asks, waits(steps)), { maxLength: 100 });
const forwards = histories(fc.integer({ min: 0, max: 2 * MINUTE }));

/** Plays a history; `see` is called before each event. */
function play(history: readonly Event[], see?: (event: Event, breaker: Breaker, now: number) => void) {
  let breaker = HEALTHY;
  let now = NOW;
  for (const event of history) {
    see?.(event, breaker, now);
    if (event.kind === "wait") now += event.ms;
    else if (event.kind === "report") breaker = record(breaker, event.health, now);
    else {
      const entry = enter(breaker, now);
      if (entry.admitted) breaker = entry.next;
    }
  }
  return { breaker, now };
}

describe("after any history", () => {
  test("somebody may go within the longest rest, and a success then makes everything well", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        const { breaker, now } = play(history);
        const entry = enter(breaker, now);
        const retryAt = entry.admitted ? now : entry.retryAt;
        expect(retryAt).toBeLessThanOrEqual(now + MAX_PAUSE_MS);
        const later = enter(breaker, retryAt);
        expect(later.admitted).toBe(true);
        const healed = record(later.admitted ? later.next : breaker, OK, retryAt);
        expect(enter(healed, retryAt)).toMatchObject({ admitted: true, probe: false, reportSuccess: false });
      }),
    );
  });

  test("a clock that jumped by days shuts nobody out for longer than an hour and a bit", () => {
    const jumps = fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: -9 * DAY, max: 9 * DAY }));
    fc.assert(
      fc.property(histories(jumps), (history) => {
        const { breaker, now } = play(history);
        expect(enter(breaker, now + MAX_PAUSE_MS + 2 * MINUTE).admitted || enter(breaker, now).admitted).toBe(
          true,
        );
      }),
    );
  });

  test("two probes are 30 seconds apart unless something was reported in between", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        let last = -Infinity;
        play(history, (event, breaker, now) => {
          if (event.kind === "report") last = -Infinity;
          const entry = event.kind === "enter" ? enter(breaker, now) : null;
          if (!entry?.admitted || !entry.probe) return;
          expect(now - last).toBeGreaterThanOrEqual(PROBE_MS);
          last = now;
        });
      }),
    );
  });

  test("who is refused is told a time in the future, and what is shown agrees with it", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        play(history, (_, breaker, now) => {
          const entry = enter(breaker, now);
          expect(view(breaker, now).restsUntil).toBe(entry.admitted ? null : entry.retryAt);
          if (!entry.admitted) expect(entry.retryAt).toBeGreaterThan(now);
        });
      }),
    );
  });

  test("five failures in a row leave it open, a throttling in between or not", () => {
    fc.assert(
      fc.property(
        forwards,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 9 }),
        (history, gaps) => {
          const { breaker, now } = play(history);
          const tail = gaps.flatMap((count) => [
            ...Array.from({ length: count }, () => throttled(SECOND)),
            ERROR,
          ]);
          expect(after(tail, now, breaker).circuit.kind).toBe("open");
        },
      ),
    );
  });
});
