import { type Rate, take, UNUSED } from "./gcra.ts";

/** Limits a rate within one isolate. @returns a function that takes a slot and says whether there was one */
export function createThrottle(rate: Rate, now: () => number): () => boolean {
  let tat = UNUSED;
  return () => {
    const taken = take(rate, tat, now());
    if (taken.at > now()) return false;
    tat = taken.tat;
    return true;
  };
}
