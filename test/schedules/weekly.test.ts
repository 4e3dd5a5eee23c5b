import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { localWeekKey, nextWeeklyAt } from "../../src/schedules/recurring.ts";
import { anyHour, anyZoneAndInstant, instantOf, transitions, wallDay, ZONES, SLOW } from "./oracle.ts";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const anyWeekday = fc.integer({ min: 0, max: 6 });

/** The oracle's runs on `weekday` within two weeks of the instant `ms`. */
function runsAround(zone: string, weekday: number, hour: number, ms: number): number[] {
  const today = wallDay(zone, ms);
  return Array.from({ length: 29 }, (_, i) => today + (i - 14) * DAY)
    .filter((day) => new Date(day).getUTCDay() === weekday)
    .map((day) => instantOf(zone, day + hour * HOUR));
}

test.each([
  ["on the day, before the hour", "UTC", 1, "2026-05-04T07:59", "2026-05-04T08:00"],
  ["at the hour itself", "UTC", 1, "2026-05-04T08:00", "2026-05-11T08:00"],
  ["Sunday is 0", "UTC", 0, "2026-05-04T08:00", "2026-05-10T08:00"],
  ["across a change of the clocks", "America/New_York", 1, "2026-03-02T13:00", "2026-03-09T12:00"],
  ["+14: Monday begins on Sunday", "Pacific/Kiritimati", 1, "2026-05-03T00:00", "2026-05-03T18:00"],
  ["-12: Monday ends on Tuesday", "Etc/GMT+12", 1, "2026-05-04T12:00", "2026-05-04T20:00"],
  ["a skipped Friday runs on Saturday", "Pacific/Apia", 5, "2011-12-24T00:00", "2011-12-30T18:00"],
])("%s", (_, zone, weekday, after, expected) => {
  expect(new Date(nextWeeklyAt(zone, weekday, 8, utc(after))).toISOString().slice(0, 16)).toBe(expected);
});

test(
  "around every change of every zone's clocks the weekly run is the one that Intl says",
  () => {
    const wrong: string[] = [];
    for (const zone of ZONES) {
      for (const change of transitions(zone)) {
        const weekday = new Date(wallDay(zone, change)).getUTCDay();
        for (const hour of [0, 8, 23]) {
          const expected = runsAround(zone, weekday, hour, change);
          for (const after of [change - DAY, change]) {
            const next = nextWeeklyAt(zone, weekday, hour, after);
            if (next !== expected.find((at) => at > after)) wrong.push(`${zone} ${hour}:00 after ${after}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  },
  SLOW,
);

test(
  "after any instant in any zone comes the first run that Intl says",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, anyWeekday, anyHour, ({ zone, ms }, weekday, hour) => {
        const next = nextWeeklyAt(zone, weekday, hour, ms);
        expect(next).toBe(runsAround(zone, weekday, hour, ms).find((at) => at > ms));
      }),
      { numRuns: 1_000 },
    );
  },
  SLOW,
);

test(
  "each of a chain of weekly runs has the key of the ISO week after the last one's",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, anyWeekday, anyHour, ({ zone, ms }, weekday, hour) => {
        let at = nextWeeklyAt(zone, weekday, hour, ms);
        for (let i = 0; i < 6; i += 1) {
          const next = nextWeeklyAt(zone, weekday, hour, at);
          const [year, week] = localWeekKey(zone, at).split("-W").map(Number);
          const [nextYear, nextWeek] = localWeekKey(zone, next).split("-W").map(Number);
          if (year === nextYear) expect(nextWeek).toBe((week ?? 0) + 1);
          else expect([nextYear, nextWeek, (week ?? 0) >= 52]).toEqual([(year ?? 0) + 1, 1, true]);
          at = next;
        }
      }),
      { numRuns: 300 },
    );
  },
  SLOW,
);

test("the week of an instant is that of its local date", () => {
  const sundayEvening = utc("2027-01-03T23:30");
  expect(localWeekKey("UTC", sundayEvening)).toBe("2026-W53");
  expect(localWeekKey("Europe/Berlin", sundayEvening)).toBe("2027-W01");
  expect(localWeekKey(null, sundayEvening)).toBe("2026-W53");
});
