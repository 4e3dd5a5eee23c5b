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

/** The summary that a subscription waits for: of which window (its key), and when it is due, epoch ms. */
export interface Pending {
  period: string;
  next_at: number;
}

/** What a new subscription waits for: the summary of the window that is open at `now`. */
export function firstPending(kind: WindowKind, zone: Zone, hour: number, now: number): Pending {
  const open = windowAt(kind, zone, now);
  return { period: open.key, next_at: summaryAt(zone, hour, open) };
}

/**
 * What a subscription that waits for the summary of `period` is to be told at `now`, and what it waits for afterwards.
 * The pending window keeps what it stands for when its user moves to another zone: it is told once, then and there where
 * its hour comes. Of several windows that closed in an outage only the last one is told.
 */
export function summaryDue(
  kind: WindowKind,
  zone: Zone,
  hour: number,
  period: string,
  now: number,
): { told: TimeWindow | null; pending: Pending } {
  const last = windowToSummarize(kind, zone, hour, now);
  let next = windowAt(kind, zone, last.end);
  // Keys of one kind ascend with time. Whoever moved west may wait for a window that is not even open yet.
  while (next.key < period) next = windowAt(kind, zone, next.end);
  return {
    told: period <= last.key ? last : null,
    pending: { period: next.key, next_at: summaryAt(zone, hour, next) },
  };
}

/** A stretch of time, epoch ms: from its first instant up to, but without, `to`. */
export interface Stretch {
  from: number;
  to: number;
}

/** What a window is divided into for its chart: days, weeks (the first and last cut off), months. */
const PARTS = {
  weekly: (zone, at) => startOfLocalDay(zone, addLocalDays(localDate(zone, at), 1)),
  monthly: (zone, at) => windowAt("weekly", zone, at).end,
  quarterly: (zone, at) => windowAt("monthly", zone, at).end,
  yearly: (zone, at) => windowAt("monthly", zone, at).end,
} as const satisfies Record<WindowKind, (zone: Zone, at: number) => number>;

/** The parts of a window, in order, without a gap. */
export function partsOf(kind: WindowKind, zone: Zone, { start, end }: TimeWindow): Stretch[] {
  const parts: Stretch[] = [];
  for (let from = start; from < end;) {
    const to = Math.min(end, PARTS[kind](zone, from));
    parts.push({ from, to });
    from = to;
  }
  return parts;
}
