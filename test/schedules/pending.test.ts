import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateKey, dateOfKey, isoWeekKey, mondayOf, mondayOfWeek } from "../../src/schedules/calendar.ts";
import { localDate } from "../../src/schedules/local-time.ts";
import { pendingDay, pendingWeek, weekDue } from "../../src/schedules/pending.ts";
import { nextDailyAt, nextWeeklyAt } from "../../src/schedules/recurring.ts";
import { DAY } from "../../src/lib/clock.ts";
import { anyHour, anyZone, anyZoneAndInstant, SLOW } from "./oracle.ts";

const anyWeekday = fc.integer({ min: 0, max: 6 });

test("the keys of weeks and dates lead back to them", () => {
  fc.assert(
    fc.property(anyZoneAndInstant, ({ zone, ms }) => {
      const date = localDate(zone, ms);
      expect(mondayOfWeek(isoWeekKey(date))).toEqual(mondayOf(date));
      expect(dateOfKey(dateKey(date))).toEqual(date);
    }),
  );
  for (const key of ["", "2026", "2026-13", "2026-W1", "W13"])
    expect([mondayOfWeek(key), dateOfKey(key)]).toEqual([null, null]);
});

describe("a weekly run", () => {
  test(
    "without a week is the next one, and stays the same however often it is asked for",
    () => {
      fc.assert(
        fc.property(anyZoneAndInstant, anyWeekday, anyHour, ({ zone, ms }, weekday, hour) => {
          const weekly = { zone, weekday, hour };
          const run = pendingWeek(weekly, null, ms);
          expect(run.at).toBe(nextWeeklyAt(zone, weekday, hour, ms));
          expect(pendingWeek(weekly, run.period, 0)).toEqual(run);
        }),
        { numRuns: 300 },
      );
    },
    SLOW,
  );

  test(
    "is due once a week and covers all time, whatever day and zone the user moves to, and whenever it is asked for",
    () => {
      const look = fc.record({
        zone: anyZone,
        weekday: anyWeekday,
        days: fc.double({ min: 0.01, max: 12, noNaN: true }),
      });
      fc.assert(
        fc.property(anyZoneAndInstant, fc.array(look, { minLength: 1, maxLength: 12 }), ({ ms }, looks) => {
          let now = ms;
          let period: string | null = null;
          let since: number | null = null;
          const told: string[] = [];
          for (const { zone, weekday, days } of looks) {
            now += Math.round(days * DAY);
            const { due, next } = weekDue({ zone, weekday, hour: 8 }, period, ms, now);
            expect(next.at).toBeGreaterThan(now);
            period = next.period;
            if (due === null) continue;
            told.push(due.period);
            expect(due.to).toBeLessThanOrEqual(now);
            const from = since ?? due.from;
            // A move can put the end of the next week before that of the last one: then there is nothing to cover.
            since = Math.max(due.to, from);
          }
          expect(told).toEqual([...new Set(told)].toSorted());
        }),
        { numRuns: 300 },
      );
    },
    SLOW,
  );
});

test(
  "a daily run keeps its date, and comes no later than the next one would",
  () => {
    fc.assert(
      fc.property(
        anyZoneAndInstant,
        anyZone,
        anyHour,
        fc.integer({ min: 0, max: 3 * DAY }),
        ({ zone, ms }, to, hour, wait) => {
          const run = pendingDay({ zone, hour }, null, ms, ms);
          expect(run.at).toBe(nextDailyAt(zone, hour, ms));
          const now = ms + wait;
          const again = pendingDay({ zone, hour }, run.period, 0, now);
          expect(again.at <= now).toBe(run.at <= now);
          expect(pendingDay({ zone: to, hour }, run.period, 0, now).at).toBeLessThanOrEqual(
            nextDailyAt(to, hour, now),
          );
        },
      ),
      { numRuns: 300 },
    );
  },
  SLOW,
);
