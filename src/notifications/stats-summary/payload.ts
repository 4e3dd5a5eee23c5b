import { z } from "zod";
import { link, time } from "../../content/fields.ts";
import { TIME_WINDOWS } from "../../db/schema/index.ts";

const totals = z.object({
  total_activities: z.number(),
  completed_activities: z.number(),
  hours_logged: z.number(),
});

export const statsSummaryPayload = z.object({
  time_window: z.enum(TIME_WINDOWS),
  /** The closed window: its first instant, and the first instant after it. */
  from: time,
  to: time,
  totals,
  /** The totals of the window before. */
  previous: totals.nullish(),
  /** Parts of the window (days, weeks, months) for the chart. Without them the chart compares the two windows. */
  series: z
    .array(z.object({ from: time, to: time, hours_logged: z.number() }))
    .max(31)
    .nullish(),
  url: link,
});
export type StatsSummary = z.output<typeof statsSummaryPayload>;
