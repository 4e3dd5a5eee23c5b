import { addLocalDays, isoWeekKey, weekdayFrom } from "./calendar.ts";
import { firstOccurrenceAfter, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/**
 * The first instant (epoch ms) strictly after `after` at which it is `hour`:00 (0–23) in `zone`. Each local day has exactly
 * one: an hour that the clocks skip moves on by the gap, and of an hour that they repeat the first one counts.
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
 * Give it the instant at which the run was *due* (the schedule's `next_at`), not the present time: then a late run keeps the
 * week that it missed. The key is a local week and not an instant. So there is one digest a week even for a user who flies
 * west and has the same Monday again, or who moves the digest to a later weekday.
 */
export const localWeekKey = (zone: Zone, ms: number): string => isoWeekKey(localDate(zone, ms));
