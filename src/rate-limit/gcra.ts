/**
 * The generic cell rate algorithm (ITU-T I.371), as arithmetic on one number: the theoretical arrival time (TAT),
 * the time at which the whole budget is free again. Nothing here knows a clock or a storage.
 */

/** `burst` at once, then one every `intervalMs`. */
export interface Rate {
  /** Milliseconds between two slots once the burst is used up; may be a fraction. */
  intervalMs: number;
  /** At least 1. */
  burst: number;
}

/** What taking a slot would make of a budget. */
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
 * The next slot for `count` together, and the TAT once it is taken. The caller refuses by dropping the answer.
 * More than a burst may go at once as soon as the whole burst is free, and is paid for afterwards.
 */
export function take(rate: Rate, tat: number, now: number, count = 1): Taken {
  const start = Math.max(tat, now);
  const spare = rate.burst - Math.min(count, rate.burst);
  return {
    at: Math.max(now, start - spare * rate.intervalMs),
    tat: start + count * rate.intervalMs,
  };
}

/** How much of the budget is taken at `now`: 0 to `burst`. */
export const used = (rate: Rate, tat: number, now: number): number =>
  Math.min(rate.burst, Math.ceil(Math.max(0, tat - now) / rate.intervalMs));

/** Milliseconds until the whole budget is free again. */
export const resetMs = (tat: number, now: number): number => Math.max(0, tat - now);
