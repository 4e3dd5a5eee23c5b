import { type Call, load } from "./load.ts";
import type { Work } from "./report.ts";
import type { Subject } from "./start.ts";
import { USERS } from "./world.ts";

/** How much is measured. */
export interface Effort {
  rounds: number;
  /** Milliseconds of load on one Worker in one round. */
  ms: number;
  connections: number;
}

/** Requests for warming up: every user's limiter exists before the measurement. */
const WARM = 2 * USERS;

/** Requests of one Worker in one round. */
export interface Sample extends Work {
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** A Worker under a load. */
export interface Side {
  subject: Subject;
  next: () => Call;
  /** Done before each of its rounds. */
  before?: () => Promise<void>;
}

async function sample(side: Side, ms: number, connections: number, atLeast = 0): Promise<Sample> {
  const { subject, next } = side;
  await side.before?.();
  const before = subject.cpuMs();
  const { requests, ...rest } = await load(subject.origin, next, { connections, ms, atLeast });
  const after = subject.cpuMs();
  return { ...rest, cpuMs: before === null || after === null ? null : (after - before) / requests };
}

/**
 * The same load on several Workers in turn, round after round, so that other work on the machine affects all of them.
 * Every other round goes backwards. The first round is for warming up and does not count.
 * @returns the samples of each side, round by round
 */
export async function alternate(
  sides: readonly Side[],
  { rounds, ms, connections }: Effort,
): Promise<Sample[][]> {
  const samples: Sample[][] = sides.map(() => []);
  for (const side of sides) await sample(side, Math.min(ms, 1_000), connections, WARM);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [...sides.keys()] : [...sides.keys()].toReversed();
    for (const i of order) {
      const side = sides[i];
      if (side !== undefined) samples[i]?.push(await sample(side, ms, connections));
    }
  }
  return samples;
}
