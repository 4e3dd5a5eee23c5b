import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { available, freeAmong, type Rate, rateOf, resetMs, take, UNUSED } from "../../src/rate-limit/gcra.ts";

const NOW = Date.UTC(2030, 0, 1);

/** Takes one slot at each of `times`, one after the other. */
function takeAt(rate: Rate, times: readonly number[], tat = UNUSED): { at: number[]; tat: number } {
  const at = times.map((now) => {
    const taken = take(rate, tat, now);
    tat = taken.tat;
    return taken.at;
  });
  return { at, tat };
}

/** How much of a budget is used at `now` whose slots were taken one after the other. */
const used = (rate: Rate, tat: number, now: number): number =>
  rate.burst - available(rate, freeAmong([{ from: UNUSED, to: tat }], now), now);

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const limits = fc.integer({ min: 1, max: 50 });
const periods = fc.integer({ min: 50, max: 100_000 });
/** Gaps between requests, as shares of a period: mostly crowds, some silence, and small steps back. */
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.double({ min: -0.02, max: 0.2, noNaN: true }), fc.constant(1.5)),
  {
    minLength: 1,
    maxLength: 300,
    size: "max",
  },
);

const requests = fc.tuple(limits, periods, gaps).map(([limit, periodMs, shares]) => {
  let now = NOW;
  return { limit, periodMs, times: shares.map((share) => (now += Math.round(share * periodMs))) };
});

describe("the rate of a budget", () => {
  test("no window of a period holds more than 2 * limit - 1 slots, whatever is asked and when", () => {
    fc.assert(
      fc.property(requests, ({ limit, periodMs, times: asked }) => {
        const at = takeAt(rateOf(limit, periodMs), asked).at.toSorted((a, b) => a - b);
        const tooMany = at.findIndex((first, i) => (at[i + 2 * limit - 1] ?? Infinity) < first + periodMs);
        expect(tooMany).toBe(-1);
      }),
    );
  });

  test("the bound of 2 * limit - 1 is reached, so the budget is not smaller than promised either", () => {
    const rate = rateOf(60, HOUR);
    const { at } = takeAt(rate, times(200, NOW));
    expect(at.filter((time) => time < NOW + HOUR)).toHaveLength(119);
  });

  test("a slot is never before it is asked for", () => {
    fc.assert(
      fc.property(requests, ({ limit, periodMs, times: asked }) => {
        const { at } = takeAt(rateOf(limit, periodMs), asked);
        expect(at.every((time, i) => time >= (asked[i] ?? Infinity))).toBe(true);
      }),
    );
  });

  test("the whole budget goes at once, the rest follows evenly", () => {
    fc.assert(
      fc.property(limits, periods, fc.integer({ min: 0, max: 200 }), (limit, periodMs, more) => {
        const rate = rateOf(limit, periodMs);
        const { at } = takeAt(rate, times(limit + more, NOW));
        const late = Array.from({ length: more }, (_, i) => NOW + (i + 1) * rate.intervalMs);
        expect(at).toEqual([...times(limit, NOW), ...late]);
      }),
    );
  });

  test("after a period without requests the whole budget is there again", () => {
    fc.assert(
      fc.property(limits, periods, (limit, periodMs) => {
        const rate = rateOf(limit, periodMs);
        const full = takeAt(rate, times(limit, NOW));
        const later = NOW + resetMs(full.tat, NOW);
        expect(used(rate, full.tat, later)).toBe(0);
        expect(takeAt(rate, times(limit, later), full.tat).at).toEqual(times(limit, later));
      }),
    );
  });

  test("60 an hour is one a minute", () => {
    expect(rateOf(60, HOUR)).toEqual({ intervalMs: MINUTE, burst: 60 });
  });

  test("a limit that does not divide the period loses less than a millisecond a slot, never gains one", () => {
    fc.assert(
      fc.property(limits, periods, (limit, periodMs) => {
        const { intervalMs } = rateOf(limit, periodMs);
        expect(intervalMs * limit).toBeGreaterThanOrEqual(periodMs);
        expect((intervalMs - 1) * limit).toBeLessThan(periodMs);
      }),
    );
  });
});

describe("usage", () => {
  test("counts what was taken, up to the limit", () => {
    fc.assert(
      fc.property(limits, periods, fc.integer({ min: 0, max: 100 }), (limit, periodMs, count) => {
        const rate = rateOf(limit, periodMs);
        const { tat } = takeAt(rate, times(count, NOW));
        expect(used(rate, tat, NOW)).toBe(Math.min(count, limit));
      }),
    );
  });

  test("goes down by one an interval", () => {
    const rate = rateOf(60, HOUR);
    const { tat } = takeAt(rate, times(3, NOW));
    const seen = [0, 1, MINUTE - 1, MINUTE, 2 * MINUTE, 3 * MINUTE, HOUR].map((ms) =>
      used(rate, tat, NOW + ms),
    );
    expect(seen).toEqual([3, 3, 3, 2, 1, 0, 0]);
  });
});

describe("several at once", () => {
  const rate: Rate = { intervalMs: 10, burst: 100 };

  test("cost as much as one by one", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 20, size: "max" }), (counts) => {
        const together = counts.reduce((tat, count) => take(rate, tat, NOW, count).tat, UNUSED);
        const single = takeAt(
          rate,
          times(
            counts.reduce((a, b) => a + b, 0),
            NOW,
          ),
        );
        expect(together).toBe(single.tat);
      }),
    );
  });

  test("go when all of them have a slot", () => {
    const { tat } = take(rate, UNUSED, NOW, 80);
    expect(take(rate, tat, NOW, 20).at).toBe(NOW);
    expect(take(rate, tat, NOW, 21).at).toBe(NOW + 10);
  });

  test("more than a burst goes once the burst is free, and is paid for afterwards", () => {
    const big = take(rate, UNUSED, NOW, 250);
    expect(big.at).toBe(NOW);
    expect(take(rate, big.tat, NOW, 1).at).toBe(NOW + 151 * 10);
  });
});
