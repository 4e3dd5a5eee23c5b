import type { Clock } from "../../src/lib/clock.ts";
import { HOUR } from "../../src/lib/clock.ts";
import type { Budget } from "../../src/rate-limit/limiter.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time by `ms`, back if negative. */
  move(ms: number): void;
}

/** Starts at `now`; nothing ever sleeps on it. */
export function manualClock(now = Date.UTC(2030, 0, 1)): ManualClock {
  return {
    now: () => now,
    sleep: () => Promise.reject(new Error("nothing here should sleep")),
    move: (ms) => {
      now += ms;
    },
  };
}

/** An hourly budget; one slot a minute after the burst, unless told otherwise. */
export const hourly = (limit = 60, name = "push"): Budget => ({ name, limit, periodMs: HOUR });

/** `count` ids that no other test has. */
export const newIds = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());
