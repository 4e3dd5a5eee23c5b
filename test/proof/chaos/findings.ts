import { bump } from "./model.ts";

/** A broken promise: of which dispatch (or call), and how. */
export interface Finding {
  id: string;
  what: string;
}

/** Why a message was taken twice without a broken promise. */
export type Excuse =
  /** The process was killed after the provider accepted and before the outcome was written. */
  | "killed"
  /** The connection broke or timed out after the provider had accepted. */
  | "no_answer"
  /** The provider accepted, but answered with an error or half an answer. */
  | "useless_answer"
  /** A person has retried it. */
  | "retried";

export interface Findings {
  lost: Finding[];
  doubled: Finding[];
  cancelledSent: Finding[];
  /** Sent to somebody who had said STOP. */
  unwanted: Finding[];
  /** Followed a message that had reached its user. */
  needless: Finding[];
  /** Webhooks that never came to their receiver, or that nobody has queued. */
  unheard: Finding[];
  /** Dispatches that were made twice, that nobody asked for, or that ended without a reason. */
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
  ...{ unwanted: [], needless: [], unheard: [] },
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
