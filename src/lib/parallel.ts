/**
 * Calls `work` for each item, at most `width` at the same time. The results are in the order of the items. If one throws,
 * so does this function; the work on the other items goes on.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  // All workers share one iterator: each takes the next item when it has finished one.
  const left = items.entries();
  const takeTurns = async () => {
    for (const [i, item] of left) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, takeTurns));
  return results;
}

/** A number of places: whoever finds none free waits in turn. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #lookouts: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place and takes it. It must be given back. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a place back: to whoever waits for it first. */
  give(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) return next();
    this.#free++;
    for (const look of this.#lookouts.splice(0)) look();
  }

  /** Waits until a place is free. It takes none. */
  async untilFree(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#lookouts.push(resolve));
  }
}
