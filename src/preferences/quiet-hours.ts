import { z } from "zod";
import { parseJson } from "../lib/objects.ts";
import { addLocalDays, weekdayOf } from "../schedules/calendar.ts";
import { atLocal, localDate } from "../schedules/local-time.ts";
import type { Zone } from "../schedules/time-zone.ts";

const wallClock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 22:00");

/**
 * The hours in which a user is left in peace: from `start` to `end` on the wall clock of the user's zone, past midnight where
 * `end` is not after `start`. A message waits until they are over.
 */
export const quietHours = z
  .strictObject({
    /** False: no quiet hours, whatever the organization has. */
    enabled: z.boolean(),
    start: wallClock,
    end: wallClock,
    /** The weekdays on which they start: 0 = Sunday … 6 = Saturday. */
    days: z.array(z.int().min(0).max(6)).min(1).max(7),
  })
  .refine(({ enabled, start, end, days }) => !enabled || start !== end || new Set(days).size < 7, {
    path: ["end"],
    message: "would never come: these hours are the whole week",
  });
export type QuietHours = z.output<typeof quietHours>;

/** Quiet hours as they are stored; null when there are none, or when they cannot be read. */
export const storedQuietHours = (json: string | null): QuietHours | null =>
  json === null ? null : (quietHours.safeParse(parseJson(json)).data ?? null);

const timeOf = (clock: string) => ({ hour: Number(clock.slice(0, 2)), minute: Number(clock.slice(3)) });

/**
 * When the quiet hours end that hold at `now` (both epoch ms); null when none do. A time that the clocks skip moves on by
 * the gap, and of one that they repeat the first counts, so a night of a change of clocks is an hour shorter or longer.
 * Hours that begin when others end go on.
 */
export function quietUntil(hours: QuietHours | null, zone: Zone, now: number): number | null {
  if (hours === null || !hours.enabled) return null;
  let until: number | null = null;
  // A week of whole days at most; if they never end, the message looks again then.
  for (let i = 0; i < 8; i++) {
    const end = endOfThose(hours, zone, until ?? now);
    if (end === null) break;
    until = end;
  }
  return until;
}

/** The end of the hours that hold at `now`. */
function endOfThose(hours: QuietHours, zone: Zone, now: number): number | null {
  const today = localDate(zone, now);
  // Those of yesterday may still hold, and tomorrow's may have begun where clocks went back across midnight.
  for (const days of [-1, 0, 1]) {
    const date = addLocalDays(today, days);
    if (!hours.days.includes(weekdayOf(date))) continue;
    const endDate = hours.end > hours.start ? date : addLocalDays(date, 1);
    const end = atLocal(zone, { ...endDate, ...timeOf(hours.end) });
    if (atLocal(zone, { ...date, ...timeOf(hours.start) }) <= now && now < end) return end;
  }
  return null;
}
