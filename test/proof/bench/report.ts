import { median, printRatio, ratioOf } from "./numbers.ts";

/** A line of a table: what was measured under each heading. */
export type Row = Record<string, string>;

/** What a Worker did in one round. */
export interface Work {
  perSecond: number;
  /** Milliseconds of its workerd's CPU for one; null where that cannot be seen. */
  cpuMs: number | null;
}

const rates = (work: readonly Work[]) => work.map(({ perSecond }) => perSecond);
const cpu = (work: readonly Work[]) => work.map(({ cpuMs }) => cpuMs ?? Number.NaN);

/** Compares two sides round by round. The ratio is of requests a second: above 1 the first one is faster. */
export const compare = (
  what: string,
  ours: readonly Work[],
  other: readonly Work[],
  goal: number | null,
): Row => ({
  what,
  "a second": median(rates(ours)).toFixed(0),
  other: median(rates(other)).toFixed(0),
  ratio: printRatio(ratioOf(rates(ours), rates(other))),
  "ratio by CPU": printRatio(ratioOf(cpu(other), cpu(ours))),
  "CPU ms": `${median(cpu(ours)).toFixed(2)} / ${median(cpu(other)).toFixed(2)}`,
  goal: goal === null ? "" : `>= ${goal}`,
});

/** Prints a table with its title. */
export function print(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  console.table(Object.fromEntries(rows.map(({ what = "", ...rest }) => [what, rest])));
}
