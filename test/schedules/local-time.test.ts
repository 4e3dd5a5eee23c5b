import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { addLocalDays, dateOf } from "../../src/schedules/calendar.ts";
import { atLocal, daysBetweenLocal, localDate, startOfLocalDay } from "../../src/schedules/local-time.ts";
import { anyZoneAndInstant, instantOf, transitions, wallClock, wallDay, ZONES, SLOW } from "./oracle.ts";

const at = (zone: string | null, text: string): string => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return new Date(atLocal(zone, { year, month, day, hour, minute })).toISOString().slice(0, 16);
};

const atWall = (zone: string, wall: number): number => {
  const minutes = Math.floor((wall % DAY) / MINUTE);
  return atLocal(zone, {
    ...dateOf(Math.floor(wall / DAY)),
    hour: Math.floor(minutes / 60),
    minute: minutes % 60,
  });
};

test.each([
  ["an ordinary time", "Europe/Berlin", "2026-01-15 08:00", "2026-01-15T07:00"],
  ["a skipped time, moved on by the gap", "Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30"],
  ["a repeated time, the first", "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30"],
  ["midnight skipped in Asunción", "America/Asuncion", "2024-10-06 00:00", "2024-10-06T04:00"],
  ["midnight skipped in Cairo", "Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00"],
  ["midnight skipped in Beirut", "Asia/Beirut", "2026-03-29 00:00", "2026-03-28T22:00"],
  ["23:00 repeated in Beirut", "Asia/Beirut", "2026-10-24 23:00", "2026-10-24T20:00"],
  ["+14", "Pacific/Kiritimati", "2026-05-02 08:00", "2026-05-01T18:00"],
  ["-12", "Etc/GMT+12", "2026-05-01 08:00", "2026-05-01T20:00"],
  ["half an hour", "Asia/Kolkata", "2026-05-01 08:00", "2026-05-01T02:30"],
  ["a quarter of an hour", "Asia/Kathmandu", "2026-05-01 08:00", "2026-05-01T02:15"],
  ["half an hour skipped on Lord Howe", "Australia/Lord_Howe", "2026-10-04 02:00", "2026-10-03T15:30"],
  ["half an hour repeated on Lord Howe", "Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45"],
  ["a day skipped in Apia", "Pacific/Apia", "2011-12-30 08:00", "2011-12-30T18:00"],
  ["a leap day", "America/New_York", "2028-02-29 08:00", "2028-02-29T13:00"],
  ["no zone, which is UTC", null, "2026-05-01 08:00", "2026-05-01T08:00"],
  ["an unknown zone, which is UTC", "Mars/Olympus", "2026-05-01 08:00", "2026-05-01T08:00"],
])("%s has its instant", (_, zone, local, utc) => {
  expect(at(zone, local)).toBe(utc);
});

test(
  "local times within hours of every change of every zone's clocks have the instant that Intl says",
  () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const zone of ZONES) {
      for (const change of transitions(zone)) {
        const wall = Math.floor(wallClock(zone, change).getTime() / HOUR) * HOUR;
        for (const shift of [-25 * HOUR, -HOUR, -HOUR / 2, 0, HOUR / 2, HOUR]) {
          checked += 1;
          if (atWall(zone, wall + shift) !== instantOf(zone, wall + shift))
            wrong.push(`${zone} ${wall + shift}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(10_000);
  },
  SLOW,
);

test(
  "dates and the starts of days are those that Intl says, in any zone at any time",
  () => {
    fc.assert(
      fc.property(anyZoneAndInstant, ({ zone, ms }) => {
        const date = localDate(zone, ms);
        expect(date).toEqual(dateOf(wallDay(zone, ms) / DAY));
        const start = startOfLocalDay(zone, date);
        expect(localDate(zone, start)).toEqual(date);
        expect(localDate(zone, start - 1)).toEqual(addLocalDays(date, -1));
      }),
      { numRuns: 2_000 },
    );
  },
  SLOW,
);

test("the distance of two instants in days counts dates, not hours", () => {
  const kiritimati = "Pacific/Kiritimati";
  const [lateEvening, earlyMorning] = [Date.UTC(2026, 4, 1, 9, 30), Date.UTC(2026, 4, 1, 10, 30)];
  expect(daysBetweenLocal(kiritimati, lateEvening, earlyMorning)).toBe(1);
  expect(daysBetweenLocal(kiritimati, earlyMorning, lateEvening)).toBe(-1);
  expect(daysBetweenLocal("UTC", lateEvening, earlyMorning)).toBe(0);
  expect(daysBetweenLocal("Europe/Berlin", Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22))).toBe(1);
  expect(daysBetweenLocal("UTC", Date.UTC(2028, 1, 28), Date.UTC(2028, 2, 1))).toBe(2);
});

test("a deadline that means never is still a date", () => {
  expect(localDate("Europe/Berlin", Date.UTC(9999, 11, 31, 23, 59))).toEqual({
    year: 10_000,
    month: 1,
    day: 1,
  });
});
