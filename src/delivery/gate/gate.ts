import type { Pace, ProviderHealth } from "../outcome.ts";

/** The longest wait (ms) that a gate asks of a caller. When it would be longer, it refuses, and the caller comes back later. */
export const MAX_PACING_WAIT_MS = 2_000;

/** Answer of a gate: go ahead (after `waitMs`), or come back later. */
export type Admission =
  | {
      admitted: true;
      /** Wait so long before the request, to keep the provider's pace. At most `MAX_PACING_WAIT_MS`. */
      waitMs: number;
      /** The circuit is half open and this is its one probe: a failure of it must spend no attempt. */
      probe: boolean;
      /** Whether a success is worth reporting (the gate counts failures, or waits for its probe). */
      reportSuccess: boolean;
    }
  | { admitted: false; /** Epoch ms. */ retryAt: number };

/** What /health and /healthz may show of a gate. */
export interface GateState {
  circuit: "closed" | "open" | "half_open";
  /** Requests that failed in a row. */
  failures: number;
  /** Epoch ms until which the provider rests; null when it does not. */
  restsUntil: number | null;
}

/** A provider's gate: circuit breaker, 429 pauses and pacing in one place, whatever the number of isolates. */
export interface Gate {
  /** Asks to send `count` messages now. */
  acquire(count: number, pace: Pace): Promise<Admission>;
  /**
   * Gives back what was not needed: places in the pace, and the probe when nothing was sent. Messages that come twice find
   * nothing to send, and must not slow down or shut out others.
   */
  giveBack(count: number, pace: Pace, probe: boolean): Promise<void>;
  /** Reports how requests went. */
  report(health: ProviderHealth): Promise<void>;
  /** Reads the state and takes nothing: for the sweep and for health. */
  peek(): Promise<GateState>;
}

/** The gate of a channel's provider, by their names. */
export type Gates = (channel: string, provider: string) => Gate;
