import { addLocalDays } from "./calendar.ts";
import { atLocal, localDate } from "./local-time.ts";
import type { Zone } from "./time-zone.ts";

/** Reminders ahead of one deadline, e.g. a certificate's expiry. */
export interface Ladder {
  /**
   * The instant (epoch ms) of the deadline. A bare date stands for its first instant in UTC, so west of Greenwich the local
   * date of the deadline is the day before.
   */
  readonly deadline: number;
  /** Whole days before the deadline's local date, in any order: [30, 14, 7, 1]. 0 is that date itself. */
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
 * The step that is due at `now`: the last one whose time has come. So after an outage only the nearest step is sent. Null
 * before the first step, and from the deadline on. It may have been sent already: the dedupe key shows that.
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

/** Converts a step into its instant. That is slow (it looks up the zone's offset), so callers convert no more than they need. */
function stepClock({ deadline, zone, hour }: Ladder): (step: number) => number {
  const last = localDate(zone, deadline);
  return (step) => atLocal(zone, { ...addLocalDays(last, -step), hour, minute: 0 });
}
