/** Chance, all of it from one seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A key, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** A stream of its own: what is drawn from it moves no other. */
  fork(name: string): Random;
}

/** Mulberry32: 32 bits of state are plenty for a plan, and it is six lines. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, so that a stream depends upon its name and not upon the order in which streams are made. */
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
