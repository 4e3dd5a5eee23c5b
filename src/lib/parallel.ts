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
