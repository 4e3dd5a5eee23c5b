/**
 * The time in which the service lives: this machine's, moved forward by jumps. It jumps only while nothing is under way,
 * so that a lease runs out because its holder is dead, and not because the test was in a hurry.
 */
export interface ChaosClock {
  /** Epoch ms. */
  now(): number;
  /** How far it is ahead of this machine's clock, ms. */
  ahead(): number;
  jump(ms: number): void;
}

export function createChaosClock(): ChaosClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    ahead: () => ahead,
    jump(ms) {
      ahead += ms;
    },
  };
}
