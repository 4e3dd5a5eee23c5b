import { addLocalDays } from "../../schedules/calendar.ts";
import { localDate, startOfLocalDay } from "../../schedules/local-time.ts";
import type { Zone } from "../../schedules/time-zone.ts";
import {
  summaryAt,
  type TimeWindow,
  windowAt,
  type WindowKind,
  windowToSummarize,
} from "../../schedules/windows.ts";

/** The pending summary of a subscription: the key of its window, and when it is due, epoch ms. */
export interface Pending {
  period: string;
  next_at: number;
}

/** The first summary of a new subscription: for the window that is open at `now`. */
export function firstPending(kind: WindowKind, zone: Zone, hour: number, now: number): Pending {
  const open = windowAt(kind, zone, now);
  return { period: open.key, next_at: summaryAt(zone, hour, open) };
}

/**
 * The window to sum up at `now` for a subscription whose pending summary is that of `period`, and the next pending summary. A
 * user who moves to another zone keeps the pending period: it is summed up once, at the hour in the new zone. If several
 * windows closed during an outage, only the last one is summed up.
 */
export function summaryDue(
  kind: WindowKind,
  zone: Zone,
  hour: number,
  period: string,
  now: number,
): { due: TimeWindow | null; pending: Pending } {
  const last = windowToSummarize(kind, zone, hour, now);
  let next = windowAt(kind, zone, last.end);
  // Keys of one kind ascend with time. After a move to the west the pending window may not even be open yet.
  while (next.key < period) next = windowAt(kind, zone, next.end);
  return {
    due: period <= last.key ? last : null,
    pending: { period: next.key, next_at: summaryAt(zone, hour, next) },
  };
}

/** A stretch of time, epoch ms: from `from` up to, but not including, `to`. */
export interface Stretch {
  from: number;
  to: number;
}

/** The end of the part that begins at `at`: days, weeks (the first and last may be cut off) or months. */
const PARTS = {
  weekly: (zone, at) => startOfLocalDay(zone, addLocalDays(localDate(zone, at), 1)),
  monthly: (zone, at) => windowAt("weekly", zone, at).end,
  quarterly: (zone, at) => windowAt("monthly", zone, at).end,
  yearly: (zone, at) => windowAt("monthly", zone, at).end,
} as const satisfies Record<WindowKind, (zone: Zone, at: number) => number>;

/** The parts of a window for its chart, in order and without a gap. */
export function partsOf(kind: WindowKind, zone: Zone, { start, end }: TimeWindow): Stretch[] {
  const parts: Stretch[] = [];
  for (let from = start; from < end;) {
    const to = Math.min(end, PARTS[kind](zone, from));
    parts.push({ from, to });
    from = to;
  }
  return parts;
}
