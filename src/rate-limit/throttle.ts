import { type Rate, take, UNUSED } from "./gcra.ts";

/** Holds something back within one isolate. @returns whether it may be done now; then it counts */
export function createThrottle(rate: Rate, now: () => number): () => boolean {
  let tat = UNUSED;
  return () => {
    const taken = take(rate, tat, now());
    if (taken.at > now()) return false;
    tat = taken.tat;
    return true;
  };
}
