/** `items` in pieces of at most `size`, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += size) pieces.push(items.slice(start, start + size));
  return pieces;
}

/** `items` in pieces whose JSON stays under `bytes` (UTF-8) and whose count stays at or under `size`. */
export function chunksByBytes<T>(items: readonly T[], bytes: number, size = Infinity): T[][] {
  const encoder = new TextEncoder();
  const pieces: T[][] = [];
  let piece: T[] = [];
  let used = 2;
  for (const item of items) {
    const cost = encoder.encode(JSON.stringify(item)).length + 1;
    if (piece.length > 0 && (used + cost > bytes || piece.length >= size)) {
      pieces.push(piece);
      piece = [];
      used = 2;
    }
    piece.push(item);
    used += cost;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
