import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProviderHealth } from "../../../src/delivery/outcome.ts";
import {
  acquire,
  HEALTHY,
  MAX_PAUSE_MS,
  PROBE_MS,
  record,
  view,
} from "../../../src/delivery/gate/breaker.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";

const NOW = Date.UTC(2030, 0, 1);
const OK: ProviderHealth = { kind: "ok" };
const ERROR: ProviderHealth = { kind: "error" };
const throttled = (afterMs: number): ProviderHealth => ({ kind: "throttled", afterMs });

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
  fc.array(fc.oneof({ weight: 3, arbitrary: reports }, asks, waits(steps)), { maxLength: 100, size: "max" });
const forwards = histories(fc.integer({ min: 0, max: 2 * MINUTE }));

/** Plays a history; `see` is called before each event. */
function play(history: readonly Event[], see?: (event: Event, breaker: typeof HEALTHY, now: number) => void) {
  let breaker = HEALTHY;
  let now = NOW;
  for (const event of history) {
    see?.(event, breaker, now);
    if (event.kind === "wait") now += event.ms;
    else if (event.kind === "report") breaker = record(breaker, event.health, now);
    else {
      const entry = acquire(breaker, now);
      if (entry.admitted) breaker = entry.next;
    }
  }
  return { breaker, now };
}

describe("after any history", () => {
  test("somebody may go within the longest rest, and a success then closes the circuit", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        const { breaker, now } = play(history);
        const entry = acquire(breaker, now);
        const retryAt = entry.admitted ? now : entry.retryAt;
        expect(retryAt).toBeLessThanOrEqual(now + MAX_PAUSE_MS);
        const later = acquire(breaker, retryAt);
        expect(later.admitted).toBe(true);
        const healed = record(later.admitted ? later.next : breaker, OK, retryAt);
        expect(acquire(healed, retryAt)).toMatchObject({
          admitted: true,
          probe: false,
          reportSuccess: false,
        });
      }),
    );
  });

  test("a clock that jumped by days shuts nobody out for longer than an hour and a bit", () => {
    const jumps = fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: -9 * DAY, max: 9 * DAY }));
    fc.assert(
      fc.property(histories(jumps), (history) => {
        const { breaker, now } = play(history);
        expect(
          acquire(breaker, now + MAX_PAUSE_MS + 2 * MINUTE).admitted || acquire(breaker, now).admitted,
        ).toBe(true);
      }),
    );
  });

  test("two probes are 30 seconds apart unless something was reported in between", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        let last = -Infinity;
        play(history, (event, breaker, now) => {
          if (event.kind === "report") last = -Infinity;
          const entry = event.kind === "enter" ? acquire(breaker, now) : null;
          if (!entry?.admitted || !entry.probe) return;
          expect(now - last).toBeGreaterThanOrEqual(PROBE_MS);
          last = now;
        });
      }),
    );
  });

  test("a caller that is refused gets a time in the future, and the shown state agrees with it", () => {
    fc.assert(
      fc.property(forwards, (history) => {
        play(history, (_, breaker, now) => {
          const entry = acquire(breaker, now);
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
          const last = tail.reduce((state, health) => record(state, health, now), breaker);
          expect(last.circuit.kind).toBe("open");
        },
      ),
    );
  });
});
