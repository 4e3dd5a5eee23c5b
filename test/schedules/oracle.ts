import * as fc from "fast-check";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import type { Ladder, LadderStep } from "../../src/schedules/ladder.ts";

// What the zones do, asked of Intl alone: independent of Temporal, on which the functions under test are built.

/** Every zone of the runtime's list, and the ends of the world's clocks that the list leaves out. */
export const ZONES: readonly string[] = [
  ...Intl.supportedValuesOf("timeZone"),
  "UTC",
  "Etc/GMT+12",
  "Etc/GMT-14",
  "EST5EDT",
  "US/Eastern",
];

export const FROM = Date.UTC(2024, 0, 1);
export const UNTIL = Date.UTC(2034, 0, 1);

/** From the instant `at` on, local time is UTC plus `offset` ms. */
interface Segment {
  readonly at: number;
  readonly offset: number;
}

/** Shorter than any time between two changes of one zone: Morocco's Ramadan, five weeks, is the shortest. */
const STEP = 30 * DAY;

const timelines = new Map<string, readonly Segment[]>();

function timeline(zone: string): readonly Segment[] {
  const known = timelines.get(zone);
  if (known) return known;
  const offsetAt = offsetsOf(zone);
  let last = { at: FROM - 400 * DAY, offset: offsetAt(FROM - 400 * DAY) };
  const segments = [last];
  for (let at = last.at; at < UNTIL + 800 * DAY; at += STEP) {
    const offset = offsetAt(at);
    if (offset === last.offset) continue;
    let [low, high] = [at - STEP, at];
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (offsetAt(middle) === last.offset) low = middle;
      else high = middle;
    }
    last = { at: high, offset: offsetAt(high) };
    segments.push(last);
  }
  timelines.set(zone, segments);
  return segments;
}

function offsetsOf(zone: string): (ms: number) => number {
  const numeric = "numeric";
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  return (ms) => {
    const [month = 0, day = 0, year = 0, ...time] = (format.format(ms).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, ...time) - ms;
  };
}

/** The instants at which the zone's clocks are changed, from 2024 to 2033. */
export const transitions = (zone: string): number[] =>
  timeline(zone)
    .map(({ at }) => at)
    .filter((at) => at >= FROM && at < UNTIL);

/** Local time at `ms`, as the UTC fields of the date returned. */
export function wallClock(zone: string, ms: number): Date {
  const segment = timeline(zone).findLast(({ at }) => at <= ms);
  if (!segment) throw new RangeError("outside the oracle's years");
  return new Date(ms + segment.offset);
}

/** The instant of a local time (given as if it were UTC): the first if repeated, moved on by the gap if skipped. */
export function instantOf(zone: string, wall: number): number {
  const segments = timeline(zone);
  let skipped = Number.NaN;
  for (const [i, { at, offset }] of segments.entries()) {
    const instant = wall - offset;
    const until = segments[i + 1]?.at ?? Infinity;
    if (instant >= at && instant < until) return instant;
    if (instant >= until && wall - (segments[i + 1]?.offset ?? 0) < until) skipped = instant;
  }
  return skipped;
}

/** Midnight of the local date at `ms`, as if it were UTC. */
export const wallDay = (zone: string, ms: number): number =>
  Math.floor(wallClock(zone, ms).getTime() / DAY) * DAY;

/** For what walks through every zone, in ms: whichever test comes first asks Intl for all of their changes. */
export const SLOW = 60_000;

export const anyZone = fc.constantFrom(...ZONES);
export const anyHour = fc.integer({ min: 0, max: 23 });
const anyInstant = fc.integer({ min: FROM, max: UNTIL });

/** A zone with an instant of ten years, half of the time within two days of a change of its clocks. */
export const anyZoneAndInstant = anyZone.chain((zone) => {
  const changes = transitions(zone);
  const near = changes.length === 0 ? [] : [fc.constantFrom(...changes)];
  const nearby = near.map((change) =>
    fc.tuple(change, fc.integer({ min: -2 * DAY, max: 2 * DAY })).map(([at, shift]) => at + shift),
  );
  return fc.record({ zone: fc.constant(zone), ms: fc.oneof(anyInstant, ...nearby) });
});

/** The steps that come before the deadline, earliest first and each once. Step 0 is one only if its hour is. */
export const stepInstants = ({ deadline, steps, zone, hour }: Ladder): LadderStep[] =>
  [...new Set(steps)]
    .toSorted((a, b) => b - a)
    .map((step) => ({
      step,
      at: instantOf(zone ?? "UTC", wallDay(zone ?? "UTC", deadline) - step * DAY + hour * HOUR),
    }))
    .filter(({ at }) => at < deadline);
