import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { previousWindow, summaryAt, windowAt, windowToSummarize } from "../../src/schedules/windows.ts";
import { TIME_WINDOWS } from "../../src/db/schema/index.ts";
import type { WindowKind } from "../../src/schedules/windows.ts";
import {
  anyHour,
  anyZoneAndInstant,
  FROM,
  instantOf,
  transitions,
  UNTIL,
  wallDay,
  ZONES,
  SLOW,
} from "./oracle.ts";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const printed = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const anyKind = fc.constantFrom(...TIME_WINDOWS);

/** When the first summary strictly after `after` is due: of the window before, of the one now open, or of the next. */
function nextSummaryAt(kind: WindowKind, zone: string, hour: number, after: number): number {
  const open = windowAt(kind, zone, after);
  const around = [previousWindow(kind, zone, after), open, windowAt(kind, zone, open.end)];
  return around.map((window) => summaryAt(zone, hour, window)).find((at) => at > after) ?? Number.NaN;
}

test.each<[WindowKind, string, string, string, string, string]>([
  ["weekly", "UTC", "2026-05-06T12:00", "2026-W19", "2026-05-04T00:00", "2026-05-11T00:00"],
  ["weekly", "UTC", "2027-01-03T23:59", "2026-W53", "2026-12-28T00:00", "2027-01-04T00:00"],
  ["weekly", "Europe/Berlin", "2026-03-29T12:00", "2026-W13", "2026-03-22T23:00", "2026-03-29T22:00"],
  ["monthly", "America/New_York", "2028-03-01T04:59", "2028-02", "2028-02-01T05:00", "2028-03-01T05:00"],
  ["monthly", "Pacific/Kiritimati", "2026-04-30T10:00", "2026-05", "2026-04-30T10:00", "2026-05-31T10:00"],
  ["quarterly", "Etc/GMT+12", "2026-04-01T11:59", "2026-Q1", "2026-01-01T12:00", "2026-04-01T12:00"],
  ["quarterly", "Asia/Kolkata", "2026-12-31T18:29", "2026-Q4", "2026-09-30T18:30", "2026-12-31T18:30"],
  ["yearly", "Asia/Kathmandu", "2026-12-31T18:15", "2027", "2026-12-31T18:15", "2027-12-31T18:15"],
])("the %s window in %s at %s is %s", (kind, zone, at, key, start, end) => {
  const window = windowAt(kind, zone, utc(at));
  expect([window.key, printed(window.start), printed(window.end)]).toEqual([key, start, end]);
});

/** The local midnights (as if they were UTC) between which Intl's date at `ms` says that the window lies. */
function expectedDays(kind: WindowKind, zone: string, ms: number): [number, number] {
  const day = new Date(wallDay(zone, ms));
  const monday = day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY;
  if (kind === "weekly") return [monday, monday + 7 * DAY];
  const months = { monthly: 1, quarterly: 3, yearly: 12 }[kind];
  const first = Math.floor(day.getUTCMonth() / months) * months;
  return [Date.UTC(day.getUTCFullYear(), first), Date.UTC(day.getUTCFullYear(), first + months)];
}

/** What is wrong with the window of `kind` at `ms`, judged by Intl. */
function faults(kind: WindowKind, zone: string, ms: number): string[] {
  const { start, end } = windowAt(kind, zone, ms);
  const [firstDay, dayAfter] = expectedDays(kind, zone, ms);
  const checks = {
    "holds the instant": start <= ms && ms < end,
    "starts with its first day": wallDay(zone, start) === firstDay && wallDay(zone, start - 1) < firstDay,
    "ends with its last day": wallDay(zone, end) === dayAfter && wallDay(zone, end - 1) < dayAfter,
    "meets the next": windowAt(kind, zone, end).start === end,
    "meets the one before": previousWindow(kind, zone, ms).end === start,
  };
  return Object.entries(checks).flatMap(([check, right]) =>
    right ? [] : [`${kind} ${zone} ${ms}: ${check}`],
  );
}

test(
  "around every change of every zone's clocks windows hold their instants and meet at midnights",
  () => {
    const wrong = ZONES.flatMap((zone) =>
      transitions(zone).flatMap((change) =>
        (["weekly", "monthly"] as const).flatMap((kind) => faults(kind, zone, change)),
      ),
    );
    expect(wrong).toEqual([]);
  },
  SLOW,
);

test(
  "at any instant in any zone the window holds it and meets its neighbours",
  () => {
    fc.assert(
      fc.property(anyKind, anyZoneAndInstant, (kind, { zone, ms }) => {
        const window = windowAt(kind, zone, ms);
        expect(faults(kind, zone, ms)).toEqual([]);
        expect(windowAt(kind, zone, window.start)).toEqual(window);
        expect(windowAt(kind, zone, window.end - 1)).toEqual(window);
      }),
      { numRuns: 1_000 },
    );
  },
  SLOW,
);

test.each([
  ["weekly", 523],
  ["monthly", 121],
  ["quarterly", 41],
  ["yearly", 11],
] as const)("ten years of %s windows tile time, each with a key of its own", (kind, count) => {
  for (const zone of ["Asia/Beirut", "America/Asuncion", "Australia/Lord_Howe", "Pacific/Kiritimati"]) {
    const keys = [];
    let window = windowAt(kind, zone, FROM);
    for (; window.start < UNTIL; window = windowAt(kind, zone, window.end)) keys.push(window.key);
    expect(keys.length).toBeLessThanOrEqual(count);
    expect(keys.length).toBeGreaterThanOrEqual(count - 1);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(keys.toSorted());
  }
});

test("no window has the key of a window of another kind", () => {
  const keys = TIME_WINDOWS.map((kind) => windowAt(kind, "UTC", utc("2026-01-01T00:00")).key);
  expect(keys).toEqual(["2026-W01", "2026-01", "2026-Q1", "2026"]);
});

test("clocks set back across a month's end do not reopen the month", () => {
  // At 00:01 on 2009-11-01 (02:31 UTC) they went back to 23:01 on October 31st.
  const november = windowAt("monthly", "America/St_Johns", utc("2009-11-01T12:00"));
  expect(printed(november.start)).toBe("2009-11-01T02:30");
  expect(windowAt("monthly", "America/St_Johns", utc("2009-11-01T03:00"))).toEqual(november);
  expect(windowAt("monthly", "America/St_Johns", utc("2009-11-01T02:29")).end).toBe(november.start);
  expect(windowToSummarize("monthly", "America/St_Johns", 0, utc("2009-11-01T03:00")).key).toBe("2009-10");
});

test("a day that the calendar of Apia skipped is in no window twice", () => {
  const week = windowAt("weekly", "Pacific/Apia", utc("2011-12-30T12:00"));
  expect([week.key, week.end - week.start]).toEqual(["2011-W52", 6 * DAY]);
});

test.each<[string, WindowKind, string, string, string]>([
  ["a Monday before the hour: today's", "weekly", "UTC", "2026-05-04T07:59", "2026-05-04T08:00"],
  ["a Monday at the hour: next Monday's", "weekly", "UTC", "2026-05-04T08:00", "2026-05-11T08:00"],
  ["the first of a month", "monthly", "Europe/Berlin", "2026-03-15T00:00", "2026-04-01T06:00"],
  ["a quarter's first day in +14", "quarterly", "Pacific/Kiritimati", "2026-06-01T00:00", "2026-06-30T18:00"],
  ["New Year's day", "yearly", "America/New_York", "2026-01-01T13:00", "2027-01-01T13:00"],
])("the next summary on %s", (_, kind, zone, after, expected) => {
  expect(printed(nextSummaryAt(kind, zone, 8, utc(after)))).toBe(expected);
});

test("a new subscription's first summary is that of the window now open", () => {
  const mondayMorning = utc("2026-05-04T03:00");
  const open = windowAt("weekly", "UTC", mondayMorning);
  expect(printed(summaryAt("UTC", 8, open))).toBe("2026-05-11T08:00");
});

test(
  "summaries are due once a window, at the hour of the first day after it",
  () => {
    fc.assert(
      fc.property(anyKind, anyZoneAndInstant, anyHour, (kind, { zone, ms }, hour) => {
        const due = nextSummaryAt(kind, zone, hour, ms);
        const last = windowToSummarize(kind, zone, hour, due);
        expect(due).toBeGreaterThan(ms);
        expect(due).toBe(instantOf(zone, wallDay(zone, last.end) + hour * HOUR));
        // The window before it was due by `ms`, the one after it comes next.
        expect(windowToSummarize(kind, zone, hour, ms)).toEqual(previousWindow(kind, zone, last.start));
        expect(windowToSummarize(kind, zone, hour, due - 1).end).toBe(last.start);
        expect(nextSummaryAt(kind, zone, hour, due)).toBe(
          summaryAt(zone, hour, windowAt(kind, zone, last.end)),
        );
      }),
      { numRuns: 1_000 },
    );
  },
  SLOW,
);

const last = (now: string) => windowToSummarize("weekly", "Europe/Berlin", 8, utc(now)).key;

test("after an outage the window to sum up is the last that closed", () => {
  expect(last("2026-05-04T05:59")).toBe("2026-W17");
  expect(last("2026-05-04T06:00")).toBe("2026-W18");
  expect(last("2026-05-07T12:00")).toBe("2026-W18");
  expect(last("2026-05-20T12:00")).toBe("2026-W20");
});
