/** A random number generator with a seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A random key; keys with more weight come more often. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** An independent generator: drawing from it does not change this one. */
  fork(name: string): Random;
}

/** Mulberry32: short, and 32 bits of state are enough for a plan. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. A fork then depends on its name, not on the order in which forks are made. */
function hash(text: string, seed: number): number {
  let value = (2_166_136_261 ^ seed) >>> 0;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return value;
}

export function createRandom(seed: number): Random {
  const next = mulberry32(seed);
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
      let left = next() * Object.values<number>(weights).reduce((sum, weight) => sum + weight, 0);
      let found: K | undefined;
      for (const key in weights) {
        found = key;
        if ((left -= weights[key]) < 0) break;
      }
      if (found === undefined) throw new Error("There is nothing to choose from");
      return found;
    },
    fork: (name) => createRandom(hash(name, seed)),
  };
}
