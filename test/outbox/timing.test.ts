import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  firstWakeAt,
  LOOK_AHEAD_MS,
  RETRY_WAITS_MS,
  retryWait,
  wakesItself,
} from "../../src/outbox/timing.ts";
import { HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";

const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

describe("the wait before the next attempt", () => {
  test("is about 30 s, 2 min, 10 min, 30 min and 2 h, and after the sixth attempt there is none", () => {
    const means = [1, 2, 3, 4, 5, 6].map((attempts) => retryWait(attempts, 0.5));
    expect(means).toEqual([30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, null]);
    expect(RETRY_WAITS_MS).toHaveLength(5);
  });

  test("is spread from half to one and a half of that, so that a crowd does not come back as a crowd", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 5),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const mean = RETRY_WAITS_MS[attempts - 1] ?? 0;
          expect(retryWait(attempts, random)).toBe(Math.round(mean * (0.5 + random)));
        },
      ),
    );
    expect([retryWait(1, 0), retryWait(1, 1)]).toEqual([15 * SECOND, 45 * SECOND]);
  });

  test("is never shorter than the provider asked, and not longer for it otherwise", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 4, 5), fc.nat(10 * HOUR), (attempts, afterMs) => {
        const own = retryWait(attempts, 0.25) ?? 0;
        expect(retryWait(attempts, 0.25, afterMs)).toBe(Math.max(own, afterMs));
      }),
    );
  });

  test("does not outlive the last attempt, whatever the provider asks", () => {
    expect(retryWait(6, 0.5, HOUR)).toBeNull();
    expect(retryWait(60, 0.5)).toBeNull();
  });
});

describe("the sweep's first look", () => {
  test("is at the time itself for what gets no wake-up call, and later for what does", () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: -HOUR, max: HOUR }),
        fc.integer({ min: 1, max: HOUR }),
        (now, ahead, after) => {
          const dueAt = now + ahead;
          const wakeAt = firstWakeAt(dueAt, now, after);
          expect(wakeAt).toBe(wakesItself(dueAt, now) ? dueAt + after : dueAt);
          // What `settle` and the API go by to know whom to wake.
          expect(wakeAt > dueAt).toBe(wakesItself(dueAt, now));
        },
      ),
    );
  });

  test("comes in time for what gets no wake-up call: at least one tick before it is due", () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: HOUR }), (now, ahead) => {
        if (!wakesItself(now + ahead, now)) expect(ahead - LOOK_AHEAD_MS).toBeGreaterThan(MINUTE);
      }),
    );
  });
});
