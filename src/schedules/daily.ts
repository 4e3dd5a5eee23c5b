import { addLocalDays } from "./calendar.ts";
import { firstOccurrenceAfter } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/**
 * The first instant (epoch ms) strictly after `after` at which it is `hour`:00 (0–23) in `zone`. Each local day has one:
 * where the clocks skip the hour it is moved on by the gap, where they repeat it only the first counts.
 */
export const nextDailyAt = (zone: Zone, hour: number, after: number): number =>
  firstOccurrenceAfter({ zone, hour, first: (date) => date, next: (date) => addLocalDays(date, 1) }, after);
