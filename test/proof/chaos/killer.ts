import { setTimeout as sleep } from "node:timers/promises";
import type { Kill, KillPoint } from "./faults.ts";

/** Kills the service at the planned point of its work. */
export interface Killer {
  arm(kill: Kill): void;
  /**
   * Reports that a point has been reached. Resolves at once; if the kill is planned for this point, only after the kill, so
   * that the caller does not go on before it.
   */
  reach(point: KillPoint): Promise<void>;
  /** Kills now if the point was never reached, and waits for a kill that is under way. */
  finish(): Promise<void>;
}

export function createKiller(strike: (kill: Kill) => Promise<void>): Killer {
  let armed: Kill | null = null;
  let left = 0;
  let underWay: Promise<void> | null = null;

  const fall = async (kill: Kill) => {
    if (kill.afterMs > 0) await sleep(kill.afterMs);
    await strike(kill);
  };

  return {
    arm(kill) {
      armed = kill;
      left = kill.nth;
    },
    async reach(point) {
      if (armed?.point !== point || --left > 0) return;
      const kill = armed;
      armed = null;
      underWay = fall(kill);
      if (kill.afterMs === 0) await underWay;
    },
    async finish() {
      if (armed !== null) {
        underWay = strike(armed);
        armed = null;
      }
      await underWay;
      underWay = null;
    },
  };
}
