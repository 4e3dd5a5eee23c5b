import { bump } from "./model.ts";

/** A broken promise: of which dispatch (or call), and how. */
export interface Finding {
  id: string;
  what: string;
}

/** Why a message was taken twice without a broken promise. */
export type Excuse =
  /** The process was killed between the provider's yes and our settling. */
  | "killed"
  /** The line broke or the time was over after the provider had taken it. */
  | "no_answer"
  /** The provider took it, and said something else: an error, half an answer. */
  | "useless_answer";

export interface Findings {
  lost: Finding[];
  doubled: Finding[];
  cancelledSent: Finding[];
  /** What was made twice, made for nobody, or ended for no reason. */
  wrong: Finding[];
  excused: Map<Excuse, number>;
  /** Views and totals that were compared, and those that differ. */
  compared: number;
  differing: Finding[];
  /** Dispatches by channel and status. */
  outcomes: Map<string, number>;
}

export const createFindings = (): Findings => ({
  ...{ lost: [], doubled: [], cancelledSent: [], wrong: [], compared: 0, differing: [] },
  excused: new Map(),
  outcomes: new Map(),
});

/** Compares what the service says with what the model says. */
export function compare(findings: Findings, what: string, said: unknown, expected: unknown): void {
  findings.compared++;
  const [a, b] = [JSON.stringify(said), JSON.stringify(expected)];
  if (a !== b) findings.differing.push({ id: what, what: `says ${a}, should say ${b}` });
}

/** How many of `items` have each key. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) bump(counts, key(item));
  return counts;
}
