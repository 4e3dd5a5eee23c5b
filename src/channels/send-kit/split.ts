import type { Clock } from "../../lib/clock.ts";
import type { ProviderVerdict } from "./verdict.ts";

/** What the answer to a request means for its items. */
export type Split<T> =
  /** One verdict an item, in order. */
  | { kind: "settled"; verdicts: readonly ProviderVerdict[] }
  /** They must be sent in these pieces: at least two, none of them empty. */
  | { kind: "split"; pieces: readonly T[][] };

/** What one batch may cost. */
export interface SplitLimits {
  clock: Pick<Clock, "now">;
  requests: number;
  /** Of one request, in ms. No request begins later than two of these after the first: a claim's lease reckons with that. */
  timeoutMs: number;
  /** Waits between two requests, where the provider's rate asks for it. */
  pause?: () => Promise<void>;
}

/** Why items were left: a verdict that says that the provider is not well, or null when the limits were reached. */
export interface Left {
  because: ProviderVerdict | null;
  /** Items that have their verdict. */
  settled: number;
}

export function halves<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

interface Placed<T> {
  item: T;
  index: number;
}

/**
 * Sends `items` in one request, and in more only where the answer wants them in pieces. It ends when all are settled, when
 * the provider is not well, or at the limits.
 * @param left the verdict of items that no answer has settled
 */
export async function sendInPieces<T>(
  items: readonly T[],
  { clock, requests, timeoutMs, pause }: SplitLimits,
  request: (items: readonly T[]) => Promise<Split<T>>,
  left: (why: Left) => ProviderVerdict,
): Promise<ProviderVerdict[]> {
  const until = clock.now() + 2 * timeoutMs;
  const verdicts = new Map<number, ProviderVerdict>();
  let because: ProviderVerdict | null = null;
  // A stack, so that a piece is dealt with to its end: each call settles something, and repeats come to an end.
  const open: Placed<T>[][] = items.length > 0 ? [items.map((item, index) => ({ item, index }))] : [];

  for (let made = 0; because === null && made < requests && (made === 0 || clock.now() < until); made++) {
    const piece = open.pop();
    if (piece === undefined) break;
    if (made > 0) await pause?.();
    const answer = await request(piece.map(({ item }) => item));
    if (answer.kind === "split") {
      open.push(...placed(piece, answer.pieces).toReversed());
      continue;
    }
    for (const [at, { index }] of piece.entries()) {
      const verdict = answer.verdicts[at];
      if (verdict !== undefined) verdicts.set(index, verdict);
    }
    because = unwellIn(answer.verdicts);
  }

  const rest = left({ because, settled: verdicts.size });
  return items.map((_, index) => verdicts.get(index) ?? rest);
}

/** The provider is not well if every verdict of an answer says so. One alone may be about its own message. */
const unwellIn = (verdicts: readonly ProviderVerdict[]): ProviderVerdict | null =>
  verdicts.every(({ health }) => health.kind !== "ok") ? (verdicts[0] ?? null) : null;

/** The places of the items in their pieces. The pieces hold the same items as `whole`, in any order. */
function placed<T>(whole: readonly Placed<T>[], pieces: readonly T[][]): Placed<T>[][] {
  const places = Map.groupBy(whole, ({ item }) => item);
  return pieces.map((piece) => piece.flatMap((item) => places.get(item)?.shift() ?? []));
}
