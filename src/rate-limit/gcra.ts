/**
 * The generic cell rate algorithm (ITU-T I.371), as arithmetic on one number: the theoretical arrival time (TAT),
 * the time at which the whole budget is free again. Pure functions, without clock and storage.
 */

/** `burst` at once, then one every `intervalMs`. */
export interface Rate {
  /** Milliseconds between two slots once the burst is used up; may be a fraction. */
  intervalMs: number;
  /** At least 1. */
  burst: number;
}

/** A budget after taking a slot. */
export interface Taken {
  /** From when the slot may be used: `now` when one is free, else later. */
  at: number;
  /** The TAT afterwards. Keeping it is what takes the slot. */
  tat: number;
}

/** The TAT of a budget from which nothing was taken yet. */
export const UNUSED = Number.NEGATIVE_INFINITY;

/**
 * The rate of "`limit` in `periodMs`, all at once if need be, then evenly". Whole milliseconds, rounded up, so that
 * sums stay exact: no window of `periodMs` ever holds more than `2 * limit - 1` slots.
 */
export const rateOf = (limit: number, periodMs: number): Rate => ({
  intervalMs: Math.ceil(periodMs / limit),
  burst: limit,
});

/**
 * The next slot for `count` together, and the TAT once it is taken. To refuse it, the caller ignores the answer.
 * A `count` above the burst may go at once as soon as the whole burst is free; later slots then wait longer.
 */
export function take(rate: Rate, tat: number, now: number, count = 1): Taken {
  const start = Math.max(tat, now);
  const spare = rate.burst - Math.min(count, rate.burst);
  return {
    at: Math.max(now, start - spare * rate.intervalMs),
    tat: start + count * rate.intervalMs,
  };
}

/** Time in terms of TATs: from `from` up to `to`. */
export interface Span {
  from: number;
  to: number;
}

/**
 * The free spans from `now` on, in order; the last one has no end. A slot takes up the interval before its TAT. Slots that do
 * not overlap keep the rate, in whatever order they were taken, so a new slot may fill a gap that was freed.
 * @param taken in order; none overlaps another
 */
export function* freeAmong(taken: Iterable<Span>, now: number): Generator<Span, void> {
  let from = now;
  for (const span of taken) {
    if (span.from > from) yield { from, to: span.from };
    from = Math.max(from, span.to);
  }
  yield { from, to: Number.POSITIVE_INFINITY };
}

/** A slot that is free: taking it takes up the interval from `from` to its TAT. */
export interface Opening extends Taken {
  from: number;
}

/** The slots that fit into the free spans, earliest first, without end. */
export function* openings(rate: Rate, free: Iterable<Span>, now: number): Generator<Opening, never> {
  for (const span of free)
    for (let { from } = span; from + rate.intervalMs <= span.to; from += rate.intervalMs)
      yield {
        from,
        tat: from + rate.intervalMs,
        at: Math.max(now, from - (rate.burst - 1) * rate.intervalMs),
      };
  throw new Error("What is free must have no end");
}

/** How many slots may go at `now`: 0 to `burst`. */
export function available(rate: Rate, free: Iterable<Span>, now: number): number {
  const end = now + rate.burst * rate.intervalMs;
  let count = 0;
  for (const { from, to } of free) {
    if (from >= end) break;
    count += Math.floor((Math.min(to, end) - from) / rate.intervalMs);
  }
  return count;
}

/** Milliseconds until the whole budget is free and no slot is booked. */
export const resetMs = (tat: number, now: number): number => Math.max(0, tat - now);
