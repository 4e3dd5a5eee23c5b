import type { Mutant } from "./mutants.ts";

/** What became of a fault. One with which the tests did not end is noticed; `not run` means that no test enters its function. */
export type Verdict = "noticed" | "timed out" | "survived" | "not run";

/** What became of a fault, and how: the first test that failed, and what it said. */
export interface Finding {
  verdict: Verdict;
  why: string;
}

const isNoticed = (verdict: Verdict): boolean => verdict === "noticed" || verdict === "timed out";

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 60);

function row(name: string, verdicts: readonly Verdict[]): string {
  const noticed = verdicts.filter(isNoticed).length;
  const unrun = verdicts.filter((verdict) => verdict === "not run").length;
  return `| ${name} | ${verdicts.length} | ${noticed} | ${unrun} | ${percent(noticed, verdicts.length)} |`;
}

/** A fault in one line. */
export const placeOf = ({ path, line, operator, before, text }: Mutant, { verdict, why }: Finding): string =>
  [`${path}:${line} ${verdict}, ${operator}: ${oneLine(before)} → ${oneLine(text) || "nothing"}`, why]
    .filter((part) => part !== "")
    .join("\n    ");

/** A table by room, and where the faults that nobody noticed lie. */
export function report(findings: ReadonlyMap<Mutant, Finding>): { text: string; share: number } {
  const entries = [...findings];
  const all = entries.map(([, { verdict }]) => verdict);
  const byRoom = Map.groupBy(entries, ([{ path }]) => path.split("/").slice(0, 2).join("/"));
  const rows = [...byRoom]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([room, of]) =>
      row(
        `\`${room}\``,
        of.map(([, { verdict }]) => verdict),
      ),
    );
  const unnoticed = entries
    .filter(([, { verdict }]) => !isNoticed(verdict))
    .toSorted(([a], [b]) => a.path.localeCompare(b.path) || a.line - b.line)
    .map(([mutant, finding]) => placeOf(mutant, finding));
  const table = [
    "| in | faults | noticed | in code that no test runs | |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
    row("together", all),
  ];
  return {
    text: [...unnoticed, "", ...table].join("\n"),
    share: all.filter(isNoticed).length / Math.max(1, all.length),
  };
}
