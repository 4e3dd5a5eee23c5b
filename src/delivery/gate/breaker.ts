import type { ProviderHealth } from "../outcome.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/clock.ts";
import type { GateState } from "./gate.ts";

/** Reports of failure in a row after which the circuit opens. */
export const FAILURES_TO_OPEN = 5;
/** The first rest of an open circuit; each failed probe doubles it, up to `MAX_OPEN_MS`. */
export const OPEN_MS = 30 * SECOND;
export const MAX_OPEN_MS = 10 * MINUTE;
/** How long a probe may be silent before another one goes. */
export const PROBE_MS = 30 * SECOND;
/** The longest pause that a provider can ask for. */
export const MAX_PAUSE_MS = HOUR;
/** A rest that ends so much later than is possible was set by a caller with a wrong clock, and is dropped. */
const MAX_SKEW_MS = MINUTE;

/** `failures`: reports of failure in a row, probes included. `until`: epoch ms. */
export type Circuit =
  | { kind: "closed"; failures: number }
  /** Rests until then; after that it is half open, and the next caller is its probe. */
  | { kind: "open"; failures: number; until: number }
  /** Half open with a probe under way, which has until then to report. */
  | { kind: "probing"; failures: number; until: number };

/** What a gate remembers of its provider. */
export interface Breaker {
  circuit: Circuit;
  /** Epoch ms until which the provider asked us to pause; in the past when it did not. */
  pausedUntil: number;
}

/**
 * Whether a request may be sent, and the breaker if it is (the same object when nothing changes). Whoever stores it has taken
 * the probe.
 */
export type Acquired =
  | { admitted: true; probe: boolean; reportSuccess: boolean; next: Breaker }
  | { admitted: false; /** Epoch ms. */ retryAt: number };

export const HEALTHY: Breaker = { circuit: { kind: "closed", failures: 0 }, pausedUntil: 0 };

/** Asks to send a request at `now`. */
export function acquire(before: Breaker, now: number): Acquired {
  const breaker = normalize(before, now);
  const { circuit } = breaker;
  const retryAt = restsUntil(breaker);
  if (retryAt > now) return { admitted: false, retryAt };
  if (circuit.kind === "closed")
    return { admitted: true, probe: false, reportSuccess: circuit.failures > 0, next: breaker };
  const probing: Circuit = { kind: "probing", failures: circuit.failures, until: now + PROBE_MS };
  return { admitted: true, probe: true, reportSuccess: true, next: { ...breaker, circuit: probing } };
}

/** The breaker after a report. The same object when nothing changes, so that nothing need be stored. */
export function record(before: Breaker, health: ProviderHealth, now: number): Breaker {
  const breaker = normalize(before, now);
  const { circuit } = breaker;
  if (health.kind === "throttled") return paused(breaker, now + clampPause(health.afterMs));
  if (health.kind === "ok")
    return circuit.kind === "closed" && circuit.failures === 0
      ? breaker
      : { ...breaker, circuit: HEALTHY.circuit };
  // While it rests, only reports of earlier requests still come: they say nothing new.
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

/** A provider that throttles works, so this is no failure. But a throttled probe proves nothing, so another follows the pause. */
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

/** The breaker without rests that only a wrong clock can have set: they would shut a provider out. */
function normalize(breaker: Breaker, now: number): Breaker {
  const { circuit, pausedUntil } = breaker;
  const isCircuitPossible = circuit.kind === "closed" || circuit.until <= now + MAX_PAUSE_MS + MAX_SKEW_MS;
  const isPausePossible = pausedUntil <= now + MAX_PAUSE_MS + MAX_SKEW_MS;
  if (isCircuitPossible && isPausePossible) return breaker;
  return {
    circuit: isCircuitPossible ? circuit : { kind: "open", failures: circuit.failures, until: now },
    pausedUntil: isPausePossible ? pausedUntil : 0,
  };
}
