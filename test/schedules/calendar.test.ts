import { Temporal } from "temporal-polyfill/implementation";
import { expect, test } from "vitest";
import {
  addLocalDays,
  dateOf,
  dayNumber,
  firstOfMonth,
  isoWeekKey,
  mondayOf,
  weekdayFrom,
  weekdayOf,
} from "../../src/schedules/calendar.ts";

const text = ({ year, month, day }: { year: number; month: number; day: number }) =>
  new Temporal.PlainDate(year, month, day).toString();

test("every date from 2019 to 2035 has the number, weekday, week and Monday that Temporal says", () => {
  let expected = new Temporal.PlainDate(2019, 1, 1);
  const from = dayNumber({ year: 2019, month: 1, day: 1 });
  const until = dayNumber({ year: 2036, month: 1, day: 1 });
  const wrong: string[] = [];
  for (let number = from; number < until; number += 1) {
    const date = dateOf(number);
    const right =
      text(date) === expected.toString() &&
      dayNumber(date) === number &&
      weekdayOf(date) === expected.dayOfWeek % 7 &&
      isoWeekKey(date) === `${expected.yearOfWeek}-W${String(expected.weekOfYear).padStart(2, "0")}` &&
      text(mondayOf(date)) === expected.subtract({ days: expected.dayOfWeek - 1 }).toString();
    if (!right) wrong.push(text(date));
    expected = expected.add({ days: 1 });
  }
  expect(wrong).toEqual([]);
  expect(expected.toString()).toBe("2036-01-01");
});

test.each([
  ["2026-12-31", "2026-W53"],
  ["2027-01-03", "2026-W53"],
  ["2027-01-04", "2027-W01"],
  ["2024-12-30", "2025-W01"],
  ["2032-12-31", "2032-W53"],
  ["2033-01-03", "2033-W01"],
])("%s lies in the ISO week %s", (date, week) => {
  expect(isoWeekKey(dateOf(Date.parse(date) / 86_400_000))).toBe(week);
});

test("days are added across months, years and leap days", () => {
  expect(addLocalDays({ year: 2028, month: 2, day: 28 }, 1)).toEqual({ year: 2028, month: 2, day: 29 });
  expect(addLocalDays({ year: 2027, month: 2, day: 28 }, 1)).toEqual({ year: 2027, month: 3, day: 1 });
  expect(addLocalDays({ year: 2027, month: 1, day: 1 }, -1)).toEqual({ year: 2026, month: 12, day: 31 });
  expect(addLocalDays({ year: 2028, month: 3, day: 30 }, -30)).toEqual({ year: 2028, month: 2, day: 29 });
});

test("dates before 1970 have negative numbers", () => {
  expect(dayNumber({ year: 1969, month: 1, day: 1 })).toBe(-365);
  expect(dateOf(-365)).toEqual({ year: 1969, month: 1, day: 1 });
  expect(weekdayOf({ year: 1969, month: 12, day: 31 })).toBe(3);
});

test("months are moved across years from any day of the month", () => {
  expect(firstOfMonth({ year: 2026, month: 12, day: 31 }, 1)).toEqual({ year: 2027, month: 1, day: 1 });
  expect(firstOfMonth({ year: 2026, month: 1, day: 31 }, -2)).toEqual({ year: 2025, month: 11, day: 1 });
  expect(firstOfMonth({ year: 2026, month: 3, day: 31 })).toEqual({ year: 2026, month: 3, day: 1 });
});

test("the first weekday from a date is within the week, that date included", () => {
  const wednesday = { year: 2026, month: 5, day: 6 };
  const found = [0, 1, 2, 3, 4, 5, 6].map((weekday) => weekdayFrom(wednesday, weekday).day);
  expect(found).toEqual([10, 11, 12, 6, 7, 8, 9]);
});
