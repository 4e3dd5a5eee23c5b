import { DAY } from "../lib/clock.ts";

/** A date of the ISO 8601 calendar, in no time zone. `month` is 1–12, `day` 1–31. */
export interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days from 1970-01-01 to `date`; consecutive dates have consecutive numbers. */
export const dayNumber = ({ year, month, day }: LocalDate): number => Date.UTC(year, month - 1, day) / DAY;

/** The date with that day number. */
export function dateOf(number: number): LocalDate {
  const date = new Date(number * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** `date` moved by `days` calendar days, forwards or (negative) backwards. */
export const addLocalDays = (date: LocalDate, days: number): LocalDate => dateOf(dayNumber(date) + days);

/** The first day of the month that lies `months` after the month of `date`. */
export const firstOfMonth = ({ year, month }: LocalDate, months = 0): LocalDate =>
  dateOf(Date.UTC(year, month - 1 + months, 1) / DAY);

/** The day of the week: 0 = Sunday … 6 = Saturday. */
export const weekdayOf = (date: LocalDate): number => new Date(dayNumber(date) * DAY).getUTCDay();

/** The first date with that weekday (0 = Sunday … 6 = Saturday) on or after `date`. */
export const weekdayFrom = (date: LocalDate, weekday: number): LocalDate =>
  addLocalDays(date, (weekday - weekdayOf(date) + 7) % 7);

/** The Monday that begins the ISO week of `date`. */
export const mondayOf = (date: LocalDate): LocalDate => addLocalDays(date, -((weekdayOf(date) + 6) % 7));

/** The ISO 8601 week of `date` as `2026-W53`: the year is that of the week's Thursday. */
export function isoWeekKey(date: LocalDate): string {
  const thursday = addLocalDays(mondayOf(date), 3);
  const daysIntoYear = dayNumber(thursday) - dayNumber({ year: thursday.year, month: 1, day: 1 });
  return `${thursday.year}-W${twoDigits(Math.floor(daysIntoYear / 7) + 1)}`;
}

/** The Monday that begins the ISO week `2026-W53`; null when `key` is not such a key. */
export function mondayOfWeek(key: string): LocalDate | null {
  const [, year, week] = /^(\d{4})-W(\d{2})$/.exec(key) ?? [];
  if (week === undefined) return null;
  // The fourth of January lies in the first week of its year.
  return addLocalDays(mondayOf({ year: Number(year), month: 1, day: 4 }), 7 * (Number(week) - 1));
}

/** `date` as `2026-03-26`. */
export const dateKey = ({ year, month, day }: LocalDate): string =>
  `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`;

/** The date of a key such as `2026-03-26`; null when `key` is not such a key. */
export function dateOfKey(key: string): LocalDate | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key) ?? [];
  return year === undefined ? null : { year: Number(year), month: Number(month), day: Number(day) };
}

/** `7` → `"07"`, as in the keys of weeks and months. */
export const twoDigits = (n: number): string => String(n).padStart(2, "0");
