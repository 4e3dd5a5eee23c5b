/** The value in the middle; of an even number the mean of both. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(half)] ?? Number.NaN;
  return (low + high) / 2;
}

/** A ratio over several rounds: the median, and between which values the middle half of the rounds lies. */
export interface Ratio {
  median: number;
  from: number;
  to: number;
}

/** Of each round `above / below`. */
export function ratioOf(above: readonly number[], below: readonly number[]): Ratio {
  const ratios = above.map((value, i) => value / (below[i] ?? Number.NaN)).toSorted((a, b) => a - b);
  const at = (part: number) => ratios[Math.round((ratios.length - 1) * part)] ?? Number.NaN;
  return { median: median(ratios), from: at(0.25), to: at(0.75) };
}

export const printRatio = ({ median: middle, from, to }: Ratio): string =>
  `${middle.toFixed(2)} (${from.toFixed(2)}–${to.toFixed(2)})`;
