import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { nextDailyAt } from "../../src/schedules/recurring.ts";
import {
  anyHour,
  anyZoneAndInstant,
  instantOf,
  transitions,
  wallClock,
  wallDay,
  ZONES,
  SLOW,
} from "./oracle.ts";

const utc = (text: string): number => Date.parse(`${text}:00Z`);

const runs = (zone: string | null, hour: number, after: string, count: number): string[] => {
  const found: string[] = [];
  for (let at = utc(after); found.length < count; found.push(new Date(at).toISOString().slice(0, 16)))
    at = nextDailyAt(zone, hour, at);
  return found;
};

test.each([
  ["at the hour itself the next is tomorrow's", "UTC", 8, "2026-05-01T08:00", ["2026-05-02T08:00"]],
  [
    "a skipped hour runs after the gap, and once",
    "Europe/Berlin",
    2,
    "2026-03-28T12:00",
    ["2026-03-29T01:00", "2026-03-30T00:00"],
  ],
  [
    "the hour after a gap runs once",
    "Europe/Berlin",
    3,
    "2026-03-28T12:00",
    ["2026-03-29T01:00", "2026-03-30T01:00"],
  ],
  [
    "a repeated hour runs the first time only",
    "Europe/Berlin",
    2,
    "2026-10-24T12:00",
    ["2026-10-25T00:00", "2026-10-26T01:00"],
  ],
  ["between the two the next is tomorrow's", "Europe/Berlin", 2, "2026-10-25T00:30", ["2026-10-26T01:00"]],
  [
    "a skipped midnight runs at one",
    "Africa/Cairo",
    0,
    "2026-04-23T12:00",
    ["2026-04-23T22:00", "2026-04-24T21:00"],
  ],
  [
    "a date that comes back after midnight",
    "Asia/Beirut",
    23,
    "2026-10-24T12:00",
    ["2026-10-24T20:00", "2026-10-25T21:00"],
  ],
  [
    "half an hour skipped",
    "Australia/Lord_Howe",
    2,
    "2026-10-03T00:00",
    ["2026-10-03T15:30", "2026-10-04T15:00"],
  ],
  [
    "a skipped day does not run twice",
    "Pacific/Apia",
    8,
    "2011-12-29T00:00",
    ["2011-12-29T18:00", "2011-12-30T18:00", "2011-12-31T18:00"],
  ],
  // 00:01 → 23:01 of the day before: Sunday's midnight comes before the last hour of Saturday.
  ["clocks set back across midnight", "America/St_Johns", 0, "2010-11-07T03:00", ["2010-11-08T03:30"]],
  ["leap days run", "UTC", 8, "2028-02-28T08:00", ["2028-02-29T08:00", "2028-03-01T08:00"]],
])("%s", (_, zone, hour, after, expected) => {
  expect(runs(zone, hour, after, expected.length)).toEqual(expected);
});

/** The oracle's runs around the instant `ms`: one for each of five dates. */
const runsAround = (zone: string, hour: number, ms: number): number[] =>
  [-2, -1, 0, 1, 2].map((days) => instantOf(zone, wallDay(zone, ms) + days * DAY + hour * HOUR));

test(
  "around every change of every zone's clocks each date runs once, at its hour or after the gap",
  () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const zone of ZONES) {
      for (const change of transitions(zone)) {
        for (const hour of [0, 2, 3, 8, 23]) {
          const expected = runsAround(zone, hour, change);
          const [, dayBefore = 0] = expected;
          const afters = [dayBefore, change];
          for (const after of afters) {
            checked += 1;
            const next = expected.find((at) => at > after);
            if (nextDailyAt(zone, hour, after) !== next) wrong.push(`${zone} ${hour}:00 after ${after}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(20_000);
  },
  SLOW,
);

test(
  "after any instant in any zone comes the first run that Intl says",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, anyHour, ({ zone, ms }, hour) => {
        const next = nextDailyAt(zone, hour, ms);
        expect(next).toBe(runsAround(zone, hour, ms).find((at) => at > ms));
        const local = wallClock(zone, next);
        const skipped = wallDay(zone, next) + hour * HOUR !== local.getTime();
        // Only a change of the clocks in the hours before moves a run off its hour.
        if (skipped) expect(transitions(zone).some((at) => at <= next && at > next - 3 * HOUR)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  },
  SLOW,
);

test(
  "a chain of runs visits each date once",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, anyHour, ({ zone, ms }, hour) => {
        let at = nextDailyAt(zone, hour, ms);
        for (let i = 0; i < 8; i += 1) {
          const next = nextDailyAt(zone, hour, at);
          // A gap at 23:00 moves that date's run to the midnight after it.
          const date = (run: number) => wallDay(zone, run - (hour === 23 ? HOUR : 0));
          expect(date(next) - date(at)).toBe(DAY);
          at = next;
        }
      }),
      { numRuns: 300 },
    );
  },
  SLOW,
);
