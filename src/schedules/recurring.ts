import { addLocalDays, isoWeekKey, weekdayFrom } from "./calendar.ts";
import { firstOccurrenceAfter, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/**
 * The first instant (epoch ms) strictly after `after` at which it is `hour`:00 (0–23) in `zone`. Each local day has one:
 * where the clocks skip the hour it is moved on by the gap, where they repeat it only the first counts.
 */
export const nextDailyAt = (zone: Zone, hour: number, after: number): number =>
  firstOccurrenceAfter({ zone, hour, first: (date) => date, next: (date) => addLocalDays(date, 1) }, after);

/**
 * The first instant (epoch ms) strictly after `after` at which it is `hour`:00 (0–23) on `weekday` (0 = Sunday …
 * 6 = Saturday) in `zone`; skipped and repeated hours as for `nextDailyAt`.
 */
export const nextWeeklyAt = (zone: Zone, weekday: number, hour: number, after: number): number =>
  firstOccurrenceAfter(
    {
      zone,
      hour,
      first: (date) => weekdayFrom(date, weekday),
      next: (date) => addLocalDays(date, 7),
    },
    after,
  );

/**
 * The ISO week (`2026-W53`) of the instant `ms` in `zone`: a part of the dedupe key of a weekly digest.
 *
 * Give it the instant at which the run was *due* (the schedule's `next_at`), not the time at which it happens. Runs lie
 * seven dates apart, so each has its own week. A run that comes late, after an outage, keeps the week that it missed, and
 * runs on either side of midnight agree. The week is local and not an instant: a user who flies from +14 to −11, and has
 * the same Monday 08:00 again a day later, or who moves the digest to a later weekday, does not get two digests of one week.
 */
export const localWeekKey = (zone: Zone, ms: number): string => isoWeekKey(localDate(zone, ms));
