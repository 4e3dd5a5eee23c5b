import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import { TIME_WINDOWS } from "../../../src/db/schema/index.ts";
import { summaryAt, windowAt, type WindowKind } from "../../../src/schedules/windows.ts";
import { firstPending, partsOf, summaryDue } from "../../../src/notifications/stats-summary/periods.ts";
import { anyHour, anyZone, anyZoneAndInstant, SLOW, wallClock, wallDay } from "../../schedules/oracle.ts";

const anyKind = fc.constantFrom(...TIME_WINDOWS);
const at = (text: string) => Date.parse(`${text}:00Z`);

describe("the parts of a window", () => {
  const firstDays = (kind: WindowKind, zone: string, time: string): string[] => {
    const parts = partsOf(kind, zone, windowAt(kind, zone, at(time)));
    return parts.map(({ from }) => new Date(wallDay(zone, from)).toISOString().slice(0, 10));
  };

  test("are the days of a week, also of one that is an hour short", () => {
    const days = [
      "2026-03-23",
      "2026-03-24",
      "2026-03-25",
      "2026-03-26",
      "2026-03-27",
      "2026-03-28",
      "2026-03-29",
    ];
    expect(firstDays("weekly", "Europe/Oslo", "2026-03-26T08:00")).toEqual(days);
  });

  test("are the weeks of a month, cut off at its ends", () => {
    expect(firstDays("monthly", "Asia/Tokyo", "2028-02-15T08:00")).toEqual([
      "2028-02-01",
      "2028-02-07",
      "2028-02-14",
      "2028-02-21",
      "2028-02-28",
    ]);
  });

  test("are the months of a quarter and of a year", () => {
    expect(firstDays("quarterly", "America/New_York", "2026-12-31T23:00")).toEqual([
      "2026-10-01",
      "2026-11-01",
      "2026-12-01",
    ]);
    expect(firstDays("yearly", "UTC", "2026-06-01T00:00")).toHaveLength(12);
  });

  test(
    "make it up without a gap, begin at local midnights, and are no more than the e-mail's chart takes, in every zone",
    () => {
      fc.assert(
        fc.property(anyZoneAndInstant, anyKind, ({ zone, ms }, kind) => {
          const window = windowAt(kind, zone, ms);
          const parts = partsOf(kind, zone, window);
          const ends = [window.start, ...parts.map(({ to }) => to)];
          expect(parts.map(({ from }) => from)).toEqual(ends.slice(0, -1));
          expect(ends.at(-1)).toBe(window.end);
          for (const { from, to } of parts) {
            expect(from).toBeLessThan(to);
            // The first instant of its date: the one before has another.
            expect(wallDay(zone, from - 1)).not.toBe(wallDay(zone, from));
          }
          expect(parts.length).toBeLessThanOrEqual(31);
        }),
        { numRuns: 300 },
      );
    },
    SLOW,
  );
});

describe("what is due", () => {
  test("a new subscription waits for the window that is open, also before the hour of its first day", () => {
    // Monday 07:00 in Oslo: last week's summary is not for a new subscription.
    expect(firstPending("weekly", "Europe/Oslo", 8, at("2026-03-30T05:00"))).toEqual({
      period: "2026-W14",
      next_at: at("2026-04-06T06:00"),
    });
  });

  test("nothing before the hour; at the hour the window that closed, and then the next one is waited for", () => {
    const due = (time: string) => summaryDue("weekly", "Europe/Oslo", 8, "2026-W13", at(time));
    expect(due("2026-03-30T05:59")).toEqual({
      due: null,
      pending: { period: "2026-W13", next_at: at("2026-03-30T06:00") },
    });
    expect(due("2026-03-30T06:00")).toMatchObject({
      due: { key: "2026-W13" },
      pending: { period: "2026-W14", next_at: at("2026-04-06T06:00") },
    });
  });

  test("after an outage of five weeks the last one that closed", () => {
    expect(summaryDue("weekly", "Europe/Oslo", 8, "2026-W13", at("2026-05-01T12:00"))).toMatchObject({
      due: { key: "2026-W17" },
      pending: { period: "2026-W18" },
    });
  });

  test("a week 53 comes before the first week of the next year", () => {
    const due = (time: string, period: string) => summaryDue("weekly", "UTC", 8, period, at(time));
    expect(due("2027-01-04T08:00", "2026-W53")).toMatchObject({
      due: { key: "2026-W53" },
      pending: { period: "2027-W01" },
    });
    expect(due("2027-01-04T08:00", "2027-W01").due).toBeNull();
  });

  test("a user who moved west after a summary does not get it again, nor misses the next", () => {
    // Told in Kiritimati (UTC+14) at 08:00 on 1 April; in Midway (UTC−11) March goes on for another day.
    expect(summaryDue("monthly", "Pacific/Midway", 8, "2026-04", at("2026-03-31T18:30"))).toEqual({
      due: null,
      pending: { period: "2026-04", next_at: at("2026-05-01T19:00") },
    });
  });

  test(
    "is due once each, in order, at or after its hour, however a user moves and however late the ticks come",
    () => {
      const moves = fc.array(fc.record({ zone: anyZone, after: fc.integer({ min: HOUR, max: 20 * DAY }) }), {
        minLength: 3,
        maxLength: 15,
      });
      fc.assert(
        fc.property(anyZoneAndInstant, anyKind, anyHour, moves, (start, kind, hour, steps) => {
          let now = start.ms;
          let waiting = firstPending(kind, start.zone, hour, now);
          let last = "";
          for (const { zone, after } of steps) {
            now += after;
            const { due: window, pending } = summaryDue(kind, zone, hour, waiting.period, now);
            // A window is returned exactly when the pending time has come.
            expect(pending.next_at).toBeGreaterThan(now);
            if (window === null) expect(pending.period).toBe(waiting.period);
            else {
              expect(window.key > last).toBe(true);
              expect(window.key >= waiting.period).toBe(true);
              expect(pending.period > window.key).toBe(true);
              expect(summaryAt(zone, hour, window)).toBeLessThanOrEqual(now);
              last = window.key;
            }
            const local = wallClock(zone, pending.next_at);
            expect(local.getUTCHours() === hour || isNearAChange(zone, pending.next_at)).toBe(true);
            waiting = pending;
          }
        }),
        { numRuns: 300 },
      );
    },
    SLOW,
  );
});

/** A skipped hour is moved on, so that then the clock shows another. */
const isNearAChange = (zone: string, ms: number): boolean =>
  wallClock(zone, ms - 2 * HOUR).getTime() - wallClock(zone, ms).getTime() !== -2 * HOUR;
