import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { previousWindow, type TimeWindow, type WindowKind } from "../../schedules/windows.ts";
import { partsOf, type Pending, type Stretch, summaryDue } from "./periods.ts";
import { type Sums, sumsAsJson } from "./snapshot.ts";

/** A subscription to be looked at, and what its message depends upon. */
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

/** A window that closed, divided for the chart, and the one before. */
interface ClosedWindow {
  window: TimeWindow;
  parts: readonly Stretch[];
  before: Stretch;
}

/** What becomes of a subscription: what it waits for from now on, and the window of which it is told, if any. */
export interface LookedAt {
  due: DueSubscription;
  pending: Pending;
  closed: ClosedWindow | null;
}

/** Works out what is due. Those alike in window, zone and period share the work, and most are. @param hour local, 0–23 */
export function lookAt(due: readonly DueSubscription[], hour: number, now: number): LookedAt[] {
  const alike = Map.groupBy(
    due,
    ({ time_window, timezone, period }) => `${time_window} ${timezone} ${period}`,
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { time_window: kind, timezone, period } = first;
    const { told, pending } = summaryDue(kind, timezone, hour, period, now);
    const closed = told && {
      window: told,
      parts: partsOf(kind, timezone, told),
      before: stretchOf(previousWindow(kind, timezone, told.start)),
    };
    return group.map((one) => ({ due: one, pending, closed }));
  });
}

const stretchOf = ({ start, end }: TimeWindow): Stretch => ({ from: start, to: end });

/** A window that closed, with what its user did in it and in the window before. */
export interface SummedUp extends LookedAt {
  closed: ClosedWindow;
  parts: readonly (Stretch & Sums)[];
  previous: Sums;
}

/** Sums up the closed windows. One round trip, which reads the activities of these windows and of those before. */
export async function sumUp(ctx: Ctx, looked: readonly LookedAt[]): Promise<SummedUp[]> {
  const closing = looked.flatMap((one) => (one.closed === null ? [] : [{ ...one, closed: one.closed }]));
  if (closing.length === 0) return [];
  const ranges = closing.flatMap(({ due, closed: { parts, before } }) =>
    [before, ...parts].map(({ from, to }) => [due.user_id, from, to]),
  );
  const [rows = []] = await ctx.db.readList([
    sql`SELECT ${sumsAsJson(sql`w.value->>0`, sql`w.value->>1`, sql`w.value->>2`)} AS sums
      FROM json_each(${JSON.stringify(ranges)}) AS w ORDER BY w.key`,
  ]);
  const sums = (rows as { sums: string }[]).values();
  const next = (): Sums => {
    const [total = 0, completed = 0, minutes = 0] = JSON.parse(sums.next().value?.sums ?? "[]") as number[];
    return { total, completed, minutes };
  };
  // In the order of the ranges: the window before, then the parts.
  return closing.map((one) => {
    const previous = next();
    return { ...one, previous, parts: one.closed.parts.map((part) => ({ ...part, ...next() })) };
  });
}
