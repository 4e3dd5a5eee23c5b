import type { ProviderHealth } from "../outcome.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/clock.ts";
import type { GateState } from "./gate.ts";

/** Rounds of requests that must fail in a row before the circuit opens. */
export const FAILURES_TO_OPEN = 5;
/** The first rest of an open circuit; each failed probe doubles it, up to `MAX_OPEN_MS`. */
export const OPEN_MS = 30 * SECOND;
export const MAX_OPEN_MS = 10 * MINUTE;
/** How long a probe may be silent before another one goes. */
export const PROBE_MS = 30 * SECOND;
/** The longest pause that a provider can ask for. */
export const MAX_PAUSE_MS = HOUR;
/** A rest that ends so much later than it could was set by a caller whose clock was wrong, and is dropped. */
const MAX_SKEW_MS = MINUTE;

/** `failures`: how many rounds failed in a row, probes included. `until`: epoch ms. */
export type Circuit =
  | { kind: "closed"; failures: number }
  /** Rests until then; after that it is half open, and the next caller is its probe. */
  | { kind: "open"; failures: number; until: number }
  /** Half open with a probe under way, which has until then to report. */
  | { kind: "probing"; failures: number; until: number };

/** What a gate remembers of its provider. */
export interface Breaker {
  circuit: Circuit;
  /** Epoch ms until which the provider asked us to pause; long past when it did not. */
  pausedUntil: number;
}

/** Whether a request may go, and the breaker if it does (the same object when nothing changes). Keeping it takes the probe. */
export type Entry =
  | { admitted: true; probe: boolean; reportSuccess: boolean; next: Breaker }
  | { admitted: false; /** Epoch ms. */ retryAt: number };

export const HEALTHY: Breaker = { circuit: { kind: "closed", failures: 0 }, pausedUntil: 0 };

/** Asks for a request at `now`. */
export function enter(before: Breaker, now: number): Entry {
  const breaker = normalize(before, now);
  const { circuit } = breaker;
  const retryAt = restsUntil(breaker);
  if (retryAt > now) return { admitted: false, retryAt };
  if (circuit.kind === "closed")
    return { admitted: true, probe: false, reportSuccess: circuit.failures > 0, next: breaker };
  const probing: Circuit = { kind: "probing", failures: circuit.failures, until: now + PROBE_MS };
  return { admitted: true, probe: true, reportSuccess: true, next: { ...breaker, circuit: probing } };
}

/** The breaker after a round of requests. The same object when nothing changes, so that nothing need be stored. */
export function record(before: Breaker, health: ProviderHealth, now: number): Breaker {
  const breaker = normalize(before, now);
  const { circuit } = breaker;
  if (health.kind === "throttled") return paused(breaker, now + clampPause(health.afterMs));
  if (health.kind === "ok")
    return circuit.kind === "closed" && circuit.failures === 0
      ? breaker
      : { ...breaker, circuit: HEALTHY.circuit };
  // While it rests, only requests from before are still coming back: they say nothing new.
  return circuit.kind === "open" ? breaker : { ...breaker, circuit: failed(circuit.failures + 1, now) };
}

/** The breaker after a probe that sent nothing: the next caller is the probe. */
export const release = (breaker: Breaker, now: number): Breaker =>
  breaker.circuit.kind === "probing"
    ? { ...breaker, circuit: { kind: "open", failures: breaker.circuit.failures, until: now } }
    : breaker;

/** The state at `now`, for people and for the sweep. */
export function view(before: Breaker, now: number): GateState {
  const breaker = normalize(before, now);
  const { circuit } = breaker;
  const rest = restsUntil(breaker);
  const halfOpen = circuit.kind === "probing" || (circuit.kind === "open" && circuit.until <= now);
  return {
    circuit: halfOpen ? "half_open" : circuit.kind,
    failures: circuit.failures,
    restsUntil: rest > now ? rest : null,
  };
}

const restsUntil = ({ circuit, pausedUntil }: Breaker): number =>
  circuit.kind === "closed" ? pausedUntil : Math.max(pausedUntil, circuit.until);

const failed = (failures: number, now: number): Circuit =>
  failures < FAILURES_TO_OPEN
    ? { kind: "closed", failures }
    : {
        kind: "open",
        failures,
        until: now + Math.min(OPEN_MS * 2 ** (failures - FAILURES_TO_OPEN), MAX_OPEN_MS),
      };

/** A provider that throttles is there: no failure. But a probe was not answered, so another one follows the pause. */
function paused(breaker: Breaker, until: number): Breaker {
  const { circuit } = breaker;
  const pausedUntil = Math.max(breaker.pausedUntil, until);
  if (circuit.kind === "probing")
    return { circuit: { kind: "open", failures: circuit.failures, until: pausedUntil }, pausedUntil };
  return pausedUntil === breaker.pausedUntil ? breaker : { circuit, pausedUntil };
}

/** Anything that is not a positive number of milliseconds is no pause. */
const clampPause = (afterMs: number): number =>
  afterMs > 0 ? Math.min(Math.ceil(afterMs), MAX_PAUSE_MS) : 0;

/** The breaker without rests that no rule could have set, so that one wrong clock cannot shut a provider out. */
function normalize(breaker: Breaker, now: number): Breaker {
  const { circuit, pausedUntil } = breaker;
  const circuitIsSane = circuit.kind === "closed" || circuit.until <= now + MAX_PAUSE_MS + MAX_SKEW_MS;
  const pauseIsSane = pausedUntil <= now + MAX_PAUSE_MS + MAX_SKEW_MS;
  if (circuitIsSane && pauseIsSane) return breaker;
  return {
    circuit: circuitIsSane ? circuit : { kind: "open", failures: circuit.failures, until: now },
    pausedUntil: pauseIsSane ? pausedUntil : 0,
  };
}
