import { z } from "zod";
import { addLocalDays, weekdayOf } from "../schedules/calendar.ts";
import { atLocal, localDate } from "../schedules/local-time.ts";
import type { Zone } from "../schedules/time-zone.ts";

const wallClock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, "must be a time such as 22:00");

/**
 * The hours in which a user is left in peace: from `start` to `end` on the wall clock of the user's zone, past midnight where
 * `end` is not after `start`. A message waits until they are over.
 */
export const quietHours = z.strictObject({
  /** False: no quiet hours, whatever the organization has. */
  enabled: z.boolean(),
  start: wallClock,
  end: wallClock,
  /** The weekdays on which they start: 0 = Sunday … 6 = Saturday. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
});
export type QuietHours = z.output<typeof quietHours>;

/** Quiet hours as they are stored; null when there are none. */
export const storedQuietHours = (json: string | null): QuietHours | null =>
  json === null ? null : quietHours.parse(JSON.parse(json));

const timeOf = (clock: string) => ({ hour: Number(clock.slice(0, 2)), minute: Number(clock.slice(3)) });

/**
 * When the quiet hours end that hold at `now` (both epoch ms); null when none do. A time that the clocks skip moves on by
 * the gap, and of one that they repeat the first counts, so a night of a change of clocks is an hour shorter or longer.
 */
export function quietUntil(hours: QuietHours | null, zone: Zone, now: number): number | null {
  if (hours === null || !hours.enabled) return null;
  const today = localDate(zone, now);
  // Those that started yesterday may still hold.
  for (const date of [addLocalDays(today, -1), today]) {
    if (!hours.days.includes(weekdayOf(date))) continue;
    const endDate = hours.end > hours.start ? date : addLocalDays(date, 1);
    const end = atLocal(zone, { ...endDate, ...timeOf(hours.end) });
    if (atLocal(zone, { ...date, ...timeOf(hours.start) }) <= now && now < end) return end;
  }
  return null;
}
