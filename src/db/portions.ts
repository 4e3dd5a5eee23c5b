import { type Db, hasRoom } from "./client.ts";

/** What one portion of work came to. */
export interface Portion {
  /** How much was done, in the unit that the caller counts in. */
  done: number;
  /** Whether nothing is left after it. */
  isLast: boolean;
}

/**
 * Does work that is too much for one batch, a portion at a time: until a portion was the last one, `most` are done, or the
 * invocation has too few queries left for another. So every run is bounded, and what is left is for the next run.
 * @param next does the next portion. What it has dealt with must not come up again
 * @returns what all portions have done, and whether the last one was among them
 */
export async function inPortions(
  db: Pick<Db, "queriesLeft">,
  most: number,
  next: () => Promise<Portion>,
): Promise<{ done: number; isFinished: boolean }> {
  let done = 0;
  for (let count = 0; count < most && hasRoom(db); count++) {
    const portion = await next();
    done += portion.done;
    if (portion.isLast) return { done, isFinished: true };
  }
  return { done, isFinished: false };
}
