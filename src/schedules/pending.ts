import {
  addLocalDays,
  dateKey,
  dateOfKey,
  isoWeekKey,
  type LocalDate,
  mondayOfWeek,
  weekdayFrom,
} from "./calendar.ts";
import { atLocal, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";
import { localWeekKey, nextDailyAt, nextWeeklyAt } from "./recurring.ts";

/** When something recurs: `hour` is the local hour 0–23, `weekday` 0 = Sunday … 6 = Saturday. */
export interface Daily {
  readonly zone: Zone;
  readonly hour: number;
}
export interface Weekly extends Daily {
  readonly weekday: number;
}

/** A pending run, in the future or overdue: the local day or week that it is for, and when it is due (epoch ms). */
export interface Run {
  readonly period: string;
  readonly at: number;
}

/**
 * The pending run of a weekly schedule. A run that has a week (`period`) keeps it when weekday or zone change, so that no
 * change repeats a week or leaves one out. Without a week it is the first run after `after`.
 */
export function pendingWeek(weekly: Weekly, period: string | null, after: number): Run {
  const monday = period === null ? null : mondayOfWeek(period);
  return monday === null ? weekAfter(weekly, after) : runOfWeek(weekly, monday);
}

/**
 * The pending run of a daily schedule. A run that has a date (`period`) keeps it, but is due at the next `hour`:00 after
 * `now` at the latest, so that a user who moves west does not wait longer. Without a date it is the first after `after`.
 */
export function pendingDay({ zone, hour }: Daily, period: string | null, after: number, now: number): Run {
  const date = period === null ? null : dateOfKey(period);
  if (period !== null && date !== null)
    return {
      period,
      at: Math.min(atLocal(zone, { ...date, hour, minute: 0 }), nextDailyAt(zone, hour, now)),
    };
  const at = nextDailyAt(zone, hour, after);
  return { period: dateKey(localDate(zone, at)), at };
}

/** The answer to "which week is due now?": that week, if there is one, and the next run. */
export interface WeekDue {
  /** The week's key, and the times (epoch ms) that it covers: after `from`, up to and including `to`. */
  readonly due: { readonly period: string; readonly from: number; readonly to: number } | null;
  readonly next: Run;
}

/**
 * The week that is due at `now`. If an outage missed several weeks, the last one is due, and covers them all.
 * @param period the week that the pending run is for; null for the first after `after`
 */
export function weekDue(weekly: Weekly, period: string | null, after: number, now: number): WeekDue {
  const pending = pendingWeek(weekly, period, after);
  if (pending.at > now) return { due: null, next: pending };
  const next = weekAfter(weekly, now);
  const last = shifted(weekly, next, -1);
  return { due: { period: last.period, from: shifted(weekly, pending, -1).at, to: last.at }, next };
}

function weekAfter({ zone, weekday, hour }: Weekly, after: number): Run {
  const at = nextWeeklyAt(zone, weekday, hour, after);
  return { period: localWeekKey(zone, at), at };
}

const runOfWeek = ({ zone, weekday, hour }: Weekly, monday: LocalDate): Run => ({
  period: isoWeekKey(monday),
  at: atLocal(zone, { ...weekdayFrom(monday, weekday), hour, minute: 0 }),
});

function shifted(weekly: Weekly, run: Run, weeks: number): Run {
  const monday = mondayOfWeek(run.period);
  return monday === null ? run : runOfWeek(weekly, addLocalDays(monday, 7 * weeks));
}
