import type { TIME_WINDOWS } from "../db/schema/index.ts";
import { addLocalDays, dayNumber, firstOfMonth, isoWeekKey, mondayOf, twoDigits } from "./calendar.ts";
import type { LocalDate } from "./calendar.ts";
import { atLocal, localDate, startOfLocalDay } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/** A calendar period over which activities are counted; `weekly` is the ISO week, from Monday. */
export type WindowKind = (typeof TIME_WINDOWS)[number];

export interface TimeWindow {
  /** `2026-W53`, `2026-03`, `2026-Q1` or `2026`: the same in every zone, and unique among the windows of all kinds. */
  readonly key: string;
  /** The first instant of the window, epoch ms. */
  readonly start: number;
  /** The first instant after it, epoch ms: the start of the following window. */
  readonly end: number;
}

interface Period {
  /** The first day of the period that `date` lies in. */
  firstDay(date: LocalDate): LocalDate;
  /** The first day of the period after the one that begins on `firstDay`. */
  following(firstDay: LocalDate): LocalDate;
  key(firstDay: LocalDate): string;
}

const PERIODS = {
  weekly: { firstDay: mondayOf, following: (first) => addLocalDays(first, 7), key: isoWeekKey },
  monthly: {
    firstDay: (date) => firstOfMonth(date),
    following: (first) => firstOfMonth(first, 1),
    key: ({ year, month }) => `${year}-${twoDigits(month)}`,
  },
  quarterly: {
    firstDay: (date) => firstOfMonth(date, -((date.month - 1) % 3)),
    following: (first) => firstOfMonth(first, 3),
    key: ({ year, month }) => `${year}-Q${(month + 2) / 3}`,
  },
  yearly: {
    firstDay: ({ year }) => ({ year, month: 1, day: 1 }),
    following: ({ year }) => ({ year: year + 1, month: 1, day: 1 }),
    key: ({ year }) => String(year),
  },
} as const satisfies Record<WindowKind, Period>;

/** The window that holds the instant `ms` (epoch ms) in `zone`. */
export const windowAt = (kind: WindowKind, zone: Zone, ms: number): TimeWindow =>
  windowFrom(kind, zone, openFirstDay(kind, zone, ms));

/** The window before the one that holds the instant `ms` (epoch ms). */
export const previousWindow = (kind: WindowKind, zone: Zone, ms: number): TimeWindow =>
  windowFrom(kind, zone, firstDayBefore(kind, openFirstDay(kind, zone, ms)));

/** When the summary of `window` is due: `hour`:00 (0–23) of the first local day after it, epoch ms. */
export const summaryAt = (zone: Zone, hour: number, window: Pick<TimeWindow, "end">): number =>
  atLocal(zone, { ...localDate(zone, window.end), hour, minute: 0 });

/**
 * The window to sum up at `now` (epoch ms): the last one whose summary is due. After an outage earlier windows get no
 * summary. Two runs at the same time get the same window.
 */
export function windowToSummarize(kind: WindowKind, zone: Zone, hour: number, now: number): TimeWindow {
  const open = openFirstDay(kind, zone, now);
  const closed = firstDayBefore(kind, open);
  const isDue = atLocal(zone, { ...open, hour, minute: 0 }) <= now;
  return windowFrom(kind, zone, isDue ? closed : firstDayBefore(kind, closed));
}

const firstDayBefore = (kind: WindowKind, firstDay: LocalDate): LocalDate =>
  PERIODS[kind].firstDay(addLocalDays(firstDay, -1));

/** The first day of the window that is open at `ms`. */
function openFirstDay(kind: WindowKind, zone: Zone, ms: number): LocalDate {
  const date = localDate(zone, ms);
  const first = PERIODS[kind].firstDay(date);
  const following = PERIODS[kind].following(first);
  // When clocks go back across midnight, they show the window's last date again after the next window has begun.
  const onLastDay = dayNumber(following) - dayNumber(date) === 1;
  return onLastDay && startOfLocalDay(zone, following) <= ms ? following : first;
}

function windowFrom(kind: WindowKind, zone: Zone, firstDay: LocalDate): TimeWindow {
  const { following, key } = PERIODS[kind];
  return {
    key: key(firstDay),
    start: startOfLocalDay(zone, firstDay),
    end: startOfLocalDay(zone, following(firstDay)),
  };
}
