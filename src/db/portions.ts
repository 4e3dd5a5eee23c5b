import { type Db, hasRoom } from "./client.ts";

/** The result of one portion of work. */
export interface Portion {
  /** How much was done, in the caller's unit. */
  done: number;
  /** Whether nothing is left after it. */
  isLast: boolean;
}

/**
 * Does work in portions, because it may be too much for one batch. It stops after the last portion, after `most` portions,
 * or when the invocation has too few queries left. So every run is bounded, and the next run does the rest.
 * @param next does the next portion. What it has handled must not come up again
 * @returns the sum of what was done, and whether nothing is left
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
