import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { nextDailyAt } from "../../src/schedules/daily.ts";
import { nextRun, rescheduledRun } from "../../src/schedules/next-runs.ts";
import type { Schedule } from "../../src/schedules/next-runs.ts";
import { localWeekKey, nextWeeklyAt } from "../../src/schedules/weekly.ts";
import { nextSummaryAt, windowToSummarize } from "../../src/schedules/windows.ts";
import { anyHour, anyZone, anyZoneAndInstant, FROM, SLOW } from "./oracle.ts";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const printed = (ms: number) => new Date(ms).toISOString().slice(0, 16);

const digest = (zone: string | null, weekday: number): Schedule => ({
  kind: "digest",
  zone,
  weekday,
  hour: 8,
});
const daily = (zone: string | null): Schedule => ({ kind: "daily", zone, hour: 8 });
const weekly = (zone: string | null): Schedule => ({ kind: "summary", zone, window: "weekly", hour: 8 });

test(
  "each kind of schedule follows its own rule",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, anyHour, ({ zone, ms }, hour) => {
        expect(nextRun({ kind: "daily", zone, hour }, ms)).toBe(nextDailyAt(zone, hour, ms));
        expect(nextRun({ kind: "digest", zone, weekday: 3, hour }, ms)).toBe(nextWeeklyAt(zone, 3, hour, ms));
        expect(nextRun({ kind: "summary", zone, window: "monthly", hour }, ms)).toBe(
          nextSummaryAt("monthly", zone, hour, ms),
        );
      }),
      { numRuns: 200 },
    );
  },
  SLOW,
);

test("after three days of outage one run makes up for what was missed", () => {
  const due = nextRun(digest("Europe/Berlin", 1), utc("2026-05-01T00:00"));
  const late = due + 3 * DAY;
  expect(localWeekKey("Europe/Berlin", due)).toBe("2026-W19");
  expect(printed(nextRun(digest("Europe/Berlin", 1), late))).toBe("2026-05-11T06:00");
  expect(printed(nextRun(daily("Europe/Berlin"), late))).toBe("2026-05-08T06:00");
});

const wednesday = utc("2026-05-06T12:00");

test.each([
  ["a later day, this week not yet told: this week", 5, 6, "2026-05-09T08:00"],
  ["an earlier day that has gone by, this week not yet told: at once", 5, 1, "2026-05-04T08:00"],
  ["another day, this week told: next week", 1, 5, "2026-05-15T08:00"],
  ["Sunday ends the week that Monday begins", 1, 0, "2026-05-17T08:00"],
])("a digest moved to %s", (_, from, to, expected) => {
  const pending = nextRun(digest("UTC", from), wednesday);
  expect(printed(rescheduledRun(digest("UTC", from), digest("UTC", to), pending, wednesday))).toBe(expected);
});

test("who flies over the date line gets this Monday's digest neither twice nor never", () => {
  const [east, west] = [digest("Pacific/Kiritimati", 1), digest("Pacific/Pago_Pago", 1)];
  const toldInTheEast = utc("2026-05-03T18:00");
  const afterIt = nextRun(east, toldInTheEast);
  expect(printed(rescheduledRun(east, west, afterIt, toldInTheEast + HOUR))).toBe("2026-05-11T19:00");

  const mondayInTheEast = utc("2026-05-03T20:00");
  const notYetInTheWest = nextRun(west, mondayInTheEast);
  expect(printed(notYetInTheWest)).toBe("2026-05-04T19:00");
  expect(printed(rescheduledRun(west, east, notYetInTheWest, mondayInTheEast))).toBe("2026-05-03T18:00");
});

test("a summary keeps its window when the zone changes", () => {
  const before = utc("2026-05-03T20:00");
  const pending = nextRun(weekly("Pacific/Pago_Pago"), before);
  const moved = rescheduledRun(weekly("Pacific/Pago_Pago"), weekly("Pacific/Kiritimati"), pending, before);
  expect(printed(moved)).toBe("2026-05-03T18:00");
  expect(windowToSummarize("weekly", "Pacific/Kiritimati", 8, moved).key).toBe(
    windowToSummarize("weekly", "Pacific/Pago_Pago", 8, pending).key,
  );
});

test("a daily run moved west comes at the next local hour, moved east not a day late", () => {
  const [east, west] = [daily("Pacific/Kiritimati"), daily("Pacific/Pago_Pago")];
  const now = utc("2026-05-03T20:00");
  expect(printed(rescheduledRun(east, west, nextRun(east, now), now))).toBe("2026-05-04T19:00");
  expect(printed(rescheduledRun(west, east, nextRun(west, now), now))).toBe("2026-05-03T18:00");
});

test("another window or kind is a new schedule", () => {
  const now = utc("2026-05-06T12:00");
  const monthly: Schedule = { kind: "summary", zone: "UTC", window: "monthly", hour: 8 };
  for (const changed of [monthly, daily("UTC")]) {
    expect(rescheduledRun(weekly("UTC"), changed, nextRun(weekly("UTC"), now), now)).toBe(
      nextRun(changed, now),
    );
  }
});

test(
  "settings that did not change leave every pending run where it is",
  () => {
    const anySchedule = fc.oneof(
      fc.record({ kind: fc.constant("daily" as const), hour: anyHour }),
      fc.record({
        kind: fc.constant("digest" as const),
        weekday: fc.integer({ min: 0, max: 6 }),
        hour: anyHour,
      }),
      fc.record({
        kind: fc.constant("summary" as const),
        window: fc.constantFrom(
          "weekly" as const,
          "monthly" as const,
          "quarterly" as const,
          "yearly" as const,
        ),
        hour: fc.integer({ min: 0, max: 22 }),
      }),
    );
    fc.assert(
      fc.property(anySchedule, anyZoneAndInstant, (settings, { zone, ms }) => {
        const schedule: Schedule = { ...settings, zone };
        const pending = nextRun(schedule, ms);
        expect(rescheduledRun(schedule, schedule, pending, ms)).toBe(pending);
      }),
      { numRuns: 500 },
    );
  },
  SLOW,
);

const anyChange = fc.record({
  wait: fc.integer({ min: HOUR, max: 12 * DAY }),
  zone: fc.oneof(fc.constantFrom("Pacific/Kiritimati", "Pacific/Pago_Pago"), anyZone),
  weekday: fc.integer({ min: 0, max: 6 }),
});

test(
  "whatever changes and when, no week's digest is told twice and no two weeks go by without one",
  () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 2, maxLength: 12 }), (changes) => {
        let schedule = { kind: "digest" as const, zone: "UTC", weekday: 1, hour: 8 };
        let now = FROM;
        let pending = nextRun(schedule, now);
        const told: { key: string; at: number }[] = [];
        const tellUntil = (until: number) => {
          while (pending <= until) {
            now = Math.max(now, pending);
            told.push({ key: localWeekKey(schedule.zone, pending), at: now });
            pending = nextRun(schedule, now);
          }
          now = until;
        };
        for (const { wait, zone, weekday } of changes) {
          tellUntil(now + wait);
          const changed = { ...schedule, zone, weekday };
          pending = rescheduledRun(schedule, changed, pending, now);
          schedule = changed;
        }
        tellUntil(now + 15 * DAY);
        const keys = told.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toEqual(keys.toSorted());
        for (const [i, { at }] of told.entries()) {
          expect(at - (told[i - 1]?.at ?? FROM)).toBeLessThan(14 * DAY + 2 * HOUR);
        }
      }),
      { numRuns: 500 },
    );
  },
  SLOW,
);
