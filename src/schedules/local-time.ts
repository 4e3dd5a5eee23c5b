import { Temporal } from "temporal-polyfill/implementation";
import { dayNumber } from "./calendar.ts";
import type { LocalDate } from "./calendar.ts";
import { zoneOrUtc } from "./time-zone.ts";
import type { Zone } from "./time-zone.ts";

/** A date with a time on the wall clock: `hour` 0–23, `minute` 0–59. */
export interface LocalDateTime extends LocalDate {
  readonly hour: number;
  readonly minute: number;
}

/**
 * The instant (epoch ms) at which the clocks of `zone` show this time, by Temporal's rule `compatible`: a time that the
 * clocks skip moves on by the gap (02:00 → 03:00), and of a time that they show twice the first one counts.
 * https://tc39.es/proposal-temporal/docs/timezone.html
 */
export const atLocal = (zone: Zone, { year, month, day, hour, minute }: LocalDateTime): number =>
  new Temporal.PlainDateTime(year, month, day, hour, minute).toZonedDateTime(zoneOrUtc(zone), {
    disambiguation: "compatible",
  }).epochMilliseconds;

/** The first instant (epoch ms) of `date` in `zone`: not midnight where the clocks skip it. */
export const startOfLocalDay = (zone: Zone, { year, month, day }: LocalDate): number =>
  new Temporal.PlainDate(year, month, day).toZonedDateTime(zoneOrUtc(zone)).epochMilliseconds;

/** The date in `zone` at the instant `ms` (whole epoch ms). */
export function localDate(zone: Zone, ms: number): LocalDate {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zoneOrUtc(zone));
  return { year, month, day };
}

/** How many dates the instant `b` lies after `a` in `zone`: 0 on the same date, 1 on the next, negative if before. */
export const daysBetweenLocal = (zone: Zone, a: number, b: number): number =>
  dayNumber(localDate(zone, b)) - dayNumber(localDate(zone, a));

/** Something that recurs at `hour`:00 local time on certain dates. */
export interface Recurrence {
  readonly zone: Zone;
  readonly hour: number;
  /** The first of its dates on or after `date`, or one before it. */
  first(date: LocalDate): LocalDate;
  /** The date that follows `date`, itself one of the recurrence. */
  next(date: LocalDate): LocalDate;
}

/** The first occurrence strictly after the instant `after`. A date whose hour is skipped or repeated still has one. */
export function firstOccurrenceAfter({ zone, hour, first, next }: Recurrence, after: number): number {
  // Today's or the next date. One more where clocks go back across midnight, and have shown tomorrow's hour already.
  for (let date = first(localDate(zone, after)); ; date = next(date)) {
    const at = atLocal(zone, { ...date, hour, minute: 0 });
    if (at > after) return at;
  }
}
