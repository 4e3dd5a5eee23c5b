import { hoursOf } from "../../lib/hours.ts";
import type { SummedUp } from "./closed-windows.ts";
import type { StatsSummary } from "./payload.ts";
import type { Sums } from "./snapshot.ts";

/** The payload of a summary. */
export type Summary = StatsSummary & { type: "stats_summary" };

const totalsOf = ({ total, completed, minutes }: Sums): Summary["totals"] => ({
  total_activities: total,
  completed_activities: completed,
  hours_logged: hoursOf(minutes),
});

const added = (a: Sums, b: Sums): Sums => ({
  total: a.total + b.total,
  completed: a.completed + b.completed,
  minutes: a.minutes + b.minutes,
});

/** The summary of a closed window. Its totals are the sums of its parts, in whole minutes, so they are exact. */
export const summaryOf = ({ due, closed: { window }, parts, previous }: SummedUp): Summary => ({
  type: "stats_summary",
  time_window: due.time_window,
  from: window.start,
  to: window.end,
  totals: totalsOf(parts.reduce(added, { total: 0, completed: 0, minutes: 0 })),
  previous: totalsOf(previous),
  series: parts.map(({ from, to, minutes }) => ({ from, to, hours_logged: hoursOf(minutes) })),
  url: null,
});
