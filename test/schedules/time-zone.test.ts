import { expect, test } from "vitest";
import { isTimeZone, zoneOrUtc } from "../../src/schedules/time-zone.ts";
import { ZONES } from "./oracle.ts";

test("every zone of the runtime's list is a time zone", () => {
  expect(ZONES.filter((zone) => !isTimeZone(zone))).toEqual([]);
});

test.each([
  "Asia/Kolkata",
  "Asia/Calcutta",
  "Europe/Kyiv",
  "US/Eastern",
  "etc/utc",
  "europe/berlin",
  "Etc/GMT+12",
])("%s, a link or another spelling, is a time zone", (name) => {
  expect(isTimeZone(name)).toBe(true);
  expect(zoneOrUtc(name)).toBe(name);
});

test.each([
  "",
  " ",
  "Mars/Olympus",
  "Europe",
  "Europe/Berlin ",
  "+05:30",
  "-08",
  "Z",
  "GMT+5",
  "2026-01-01T00:00Z[Europe/Berlin]",
  "../etc/passwd",
  "Europe/\u0000Berlin",
  "A".repeat(1_000),
])("%j is no time zone and counts as UTC", (name) => {
  expect(isTimeZone(name)).toBe(false);
  expect(zoneOrUtc(name)).toBe("UTC");
});

test("a missing zone is UTC", () => {
  expect(zoneOrUtc(null)).toBe("UTC");
});
