import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { previousWindow, type TimeWindow, type WindowKind } from "../../schedules/windows.ts";
import { partsOf, type Pending, type Stretch, summaryDue } from "./periods.ts";
import { type Sums, sumsAsJson, sumsIn } from "./snapshot.ts";

/** A subscription that is due, with what its message depends on. */
export interface DueSubscription {
  id: string;
  user_id: string;
  time_window: WindowKind;
  period: string;
  next_at: number;
  org_id: string | null;
  locale: string | null;
  timezone: string | null;
}

/** A closed window, its parts for the chart, and the window before. */
interface ClosedWindow {
  window: TimeWindow;
  parts: readonly Stretch[];
  before: Stretch;
}

/** A due subscription, its next pending summary, and the closed window to sum up now, if any. */
export interface Planned {
  due: DueSubscription;
  pending: Pending;
  closed: ClosedWindow | null;
}

/** Works out what is due, once for all subscriptions with the same window, zone and period. @param hour local, 0–23 */
export function plan(due: readonly DueSubscription[], hour: number, now: number): Planned[] {
  const alike = Map.groupBy(
    due,
    ({ time_window, timezone, period }) => `${time_window} ${timezone} ${period}`,
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { time_window: kind, timezone, period } = first;
    const { due: window, pending } = summaryDue(kind, timezone, hour, period, now);
    const closed = window && {
      window,
      parts: partsOf(kind, timezone, window),
      before: stretchOf(previousWindow(kind, timezone, window.start)),
    };
    return group.map((one) => ({ due: one, pending, closed }));
  });
}

const stretchOf = ({ start, end }: TimeWindow): Stretch => ({ from: start, to: end });

/** A closed window with the user's sums, and those of the window before. */
export interface SummedUp extends Planned {
  closed: ClosedWindow;
  parts: readonly (Stretch & Sums)[];
  previous: Sums;
}

/** Sums up the closed windows. One round trip, which reads the activities of these windows and of those before. */
export async function sumUp(ctx: Ctx, planned: readonly Planned[]): Promise<SummedUp[]> {
  const closing = planned.flatMap((one) => (one.closed === null ? [] : [{ ...one, closed: one.closed }]));
  if (closing.length === 0) return [];
  const ranges = closing.flatMap(({ due, closed: { parts, before } }) =>
    [before, ...parts].map(({ from, to }) => [due.user_id, from, to]),
  );
  const { rows } = await ctx.db.read({
    rows: sql<{
      sums: string;
    }>`SELECT ${sumsAsJson(sql`w.value->>0`, sql`w.value->>1`, sql`w.value->>2`)} AS sums
      FROM json_each(${JSON.stringify(ranges)}) AS w ORDER BY w.key`,
  });
  const sums = rows.values();
  const next = (): Sums => sumsIn(sums.next().value?.sums ?? "[0,0,0]");
  // In the order of the ranges: the window before, then the parts.
  return closing.map((one) => {
    const previous = next();
    return { ...one, previous, parts: one.closed.parts.map((part) => ({ ...part, ...next() })) };
  });
}
