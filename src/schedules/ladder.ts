import { addLocalDays } from "./calendar.ts";
import { atLocal, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/** Reminders ahead of one deadline, e.g. a certificate's expiry. */
export interface Ladder {
  /**
   * The instant (epoch ms) at which it is too late. A deadline given as a bare date is the instant at which that date
   * begins in UTC, so west of Greenwich its local date is the day before.
   */
  readonly deadline: number;
  /** Whole days before the deadline's local date, in any order: [30, 14, 7, 1]. 0 is the local date itself. */
  readonly steps: readonly number[];
  readonly zone: Zone;
  /** The local hour (0–23) at which each step is due. */
  readonly hour: number;
}

export interface LadderStep {
  /** Days before the deadline's local date. */
  readonly step: number;
  /** When it is due, epoch ms; always before the deadline. */
  readonly at: number;
}

/**
 * The step that is due at the instant `now`: the latest whose time has come, so that of steps missed in an outage only the
 * nearest is left. Null before the first step, and from the deadline on. Whether it was sent already, its dedupe key knows.
 */
export function dueStep(ladder: Ladder, now: number): LadderStep | null {
  if (now >= ladder.deadline) return null;
  const instantOf = stepClock(ladder);
  for (const step of ladder.steps.toSorted((a, b) => a - b)) {
    const at = instantOf(step);
    if (at <= now) return { step, at };
  }
  return null;
}

/** When (epoch ms, strictly after `after`) the next step comes; null when none is left. */
export function nextStepAt(ladder: Ladder, after: number): number | null {
  const instantOf = stepClock(ladder);
  for (const step of ladder.steps.toSorted(descending)) {
    const at = instantOf(step);
    if (at > after) return at < ladder.deadline ? at : null;
  }
  return null;
}

const descending = (a: number, b: number): number => b - a;

/** From a step to its instant. Each needs the offset of the zone, so callers stop at the step that they need. */
function stepClock({ deadline, zone, hour }: Ladder): (step: number) => number {
  const last = localDate(zone, deadline);
  return (step) => atLocal(zone, { ...addLocalDays(last, -step), hour, minute: 0 });
}
