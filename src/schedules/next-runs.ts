import { mondayOf, weekdayFrom } from "./calendar.ts";
import type { LocalDate } from "./calendar.ts";
import { nextDailyAt } from "./daily.ts";
import { atLocal, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";
import { nextWeeklyAt } from "./weekly.ts";
import { firstDayOfPeriod, nextSummaryAt } from "./windows.ts";
import type { WindowKind } from "./windows.ts";

/** What decides when a row of `user_schedules` is due. `hour` is the local hour, 0–23. */
export type Schedule =
  /** Once a local day. */
  | { readonly kind: "daily"; readonly zone: Zone; readonly hour: number }
  /** Once an ISO week, on `weekday` (0 = Sunday … 6 = Saturday). */
  | { readonly kind: "digest"; readonly zone: Zone; readonly weekday: number; readonly hour: number }
  /** Once a window, on the first local day after it. */
  | { readonly kind: "summary"; readonly zone: Zone; readonly window: WindowKind; readonly hour: number };

/**
 * When `schedule` is due next, epoch ms strictly after `after`. Called with the present time after each run and for a
 * new schedule, so that what an outage missed is run once. When settings change: `rescheduledRun`.
 */
export function nextRun(schedule: Schedule, after: number): number {
  switch (schedule.kind) {
    case "daily":
      return nextDailyAt(schedule.zone, schedule.hour, after);
    case "digest":
      return nextWeeklyAt(schedule.zone, schedule.weekday, schedule.hour, after);
    case "summary":
      return nextSummaryAt(schedule.window, schedule.zone, schedule.hour, after);
  }
}

/**
 * When the run `pending` (the `next_at` of `before`, not yet done) is due under the settings `after`, epoch ms. It may
 * lie in the past: then it is due at once.
 *
 * The run keeps what it stands for, since asking `nextRun` would skip a run that the new settings put into the past:
 * a digest keeps its ISO week and a summary its window, so that each is told once whatever changes. A daily run keeps
 * its date but comes no later than the next `hour`:00 in the new zone: after a move west the same date is checked
 * again, which the keys of the facts that it tells make harmless. Another kind or window is a new schedule.
 */
export function rescheduledRun(before: Schedule, after: Schedule, pending: number, now: number): number {
  const date = localDate(before.zone, pending);
  const on = (day: LocalDate) => atLocal(after.zone, { ...day, hour: after.hour, minute: 0 });
  if (before.kind === "digest" && after.kind === "digest") {
    return on(weekdayFrom(mondayOf(date), after.weekday));
  }
  if (before.kind === "summary" && after.kind === "summary" && before.window === after.window) {
    return on(firstDayOfPeriod(after.window, date));
  }
  const next = nextRun(after, now);
  return before.kind === "daily" && after.kind === "daily" ? Math.min(on(date), next) : next;
}
