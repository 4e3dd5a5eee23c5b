import fc from "fast-check";
import { expect, test } from "vitest";
import { type QuietHours, quietHours, quietUntil } from "../../src/preferences/quiet-hours.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";

const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
const nights: QuietHours = { enabled: true, start: "22:00", end: "07:00", days: ALL_DAYS };
const at = (text: string) => Date.parse(text);

test.each([
  ["in the evening", "2026-03-27T22:00:00+01:00", "2026-03-28T07:00:00+01:00"],
  ["a minute before the end", "2026-03-28T06:59:00+01:00", "2026-03-28T07:00:00+01:00"],
  ["in the night that is an hour shorter", "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"],
  ["in the night that is an hour longer", "2026-10-25T01:30:00+02:00", "2026-10-25T07:00:00+01:00"],
  ["at the end", "2026-03-28T07:00:00+01:00", null],
  ["at noon", "2026-03-28T12:00:00+01:00", null],
])("quiet hours of an Oslo night %s", (_, now, until) => {
  expect(quietUntil(nights, "Europe/Oslo", at(now))).toBe(until === null ? null : at(until));
});

test("hours count by the weekday on which they start", () => {
  const fridays = { ...nights, days: [5] };
  // 2026-03-27 is a Friday.
  expect(quietUntil(fridays, "UTC", at("2026-03-28T03:00:00Z"))).toBe(at("2026-03-28T07:00:00Z"));
  expect(quietUntil(fridays, "UTC", at("2026-03-27T03:00:00Z"))).toBeNull();
});

test("whole days that follow each other are one rest", () => {
  const weekend: QuietHours = { enabled: true, start: "00:00", end: "00:00", days: [6, 0] };
  expect(quietUntil(weekend, "UTC", at("2026-03-28T01:00:00Z"))).toBe(at("2026-03-30T00:00:00Z"));
});

test("hours that are off hold never, and hours that never end are refused", () => {
  expect(quietUntil({ ...nights, enabled: false }, "UTC", at("2026-03-28T01:00:00Z"))).toBeNull();
  expect(quietHours.safeParse({ ...nights, start: "07:00" }).success).toBe(false);
  expect(quietHours.safeParse({ ...nights, start: "07:00", days: [1] }).success).toBe(true);
});

const twoDigits = (n: number) => String(n).padStart(2, "0");
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${twoDigits(h)}:${twoDigits(m)}`);
const someHours = fc
  .record({
    enabled: fc.constant(true),
    start: clock,
    end: clock,
    days: fc.subarray(ALL_DAYS, { minLength: 1 }),
  })
  .filter((hours) => quietHours.safeParse(hours).success);
const zones = fc.constantFrom(
  ...["UTC", "Europe/Oslo", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"],
  ...["Pacific/Apia", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Chatham"],
);
const nowIn2026 = fc
  .integer({ min: 0, max: (365 * 24 * HOUR) / MINUTE })
  .map((minutes) => at("2026-01-01T00:00:00Z") + minutes * MINUTE);

/** What the wall clock shows, worked out by the runtime and not by our calendar. */
function shown(zone: string, ms: number) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(ms);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    day: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(of("weekday")),
    time: `${of("hour")}:${of("minute")}`,
  };
}

/** Whether the hours hold by what the wall clock shows: right except near a change of clocks. */
function holds({ start, end, days }: QuietHours, zone: string, ms: number): boolean {
  const { day, time } = shown(zone, ms);
  const yesterday = (day + 6) % 7;
  if (start < end) return days.includes(day) && start <= time && time < end;
  return (days.includes(day) && time >= start) || (days.includes(yesterday) && time < end);
}

const offsetOf = (zone: string, ms: number) => {
  const { time, day } = shown(zone, ms);
  return `${day} ${time}` === `${shown("UTC", ms).day} ${shown("UTC", ms).time}` ? 0 : wallOf(zone, ms) - ms;
};
const wallOf = (zone: string, ms: number) =>
  at(`${new Date(ms).toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T")}Z`);
const isCalm = (zone: string, ms: number) =>
  offsetOf(zone, ms - 26 * HOUR) === offsetOf(zone, ms + 26 * HOUR);

test("quiet hours hold exactly when the wall clock says so, and end when they stop holding", () => {
  fc.assert(
    fc.property(someHours, zones, nowIn2026, (hours, zone, now) => {
      const until = quietUntil(hours, zone, now);
      if (isCalm(zone, now)) expect(until !== null).toBe(holds(hours, zone, now));
      if (until === null) return;
      expect(until).toBeGreaterThan(now);
      // It is over then, whatever the clocks do, and does not begin again at once.
      expect(quietUntil(hours, zone, until)).toBeNull();
      // It holds all the time until then.
      expect(quietUntil(hours, zone, until - MINUTE)).toBe(until);
      if (isCalm(zone, until)) expect(shown(zone, until).time).toBe(hours.end);
    }),
    { numRuns: 500 },
  );
});
