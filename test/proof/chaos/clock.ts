/**
 * The clock of the service: this machine's clock, moved forward in jumps. It jumps only while nothing is under way, so that
 * a lease only runs out when its holder is dead.
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
