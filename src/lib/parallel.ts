/**
 * Calls `work` for each item, at most `width` at the same time. The results are in the order of the items. If one throws,
 * so does this; the other items are still worked on.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  // Shared: whoever has finished an item takes the next one.
  const left = items.entries();
  const takeTurns = async () => {
    for (const [i, item] of left) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, takeTurns));
  return results;
}
