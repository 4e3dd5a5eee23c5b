import type { Mutant } from "./mutants.ts";

/** The result of a fault. `timed out` counts as noticed. `not run`: no test enters its function. */
export type MutantStatus = "noticed" | "timed out" | "survived" | "not run";

/** The result of a fault, with the first test that failed and its message. */
export interface Finding {
  status: MutantStatus;
  why: string;
}

const isNoticed = (status: MutantStatus): boolean => status === "noticed" || status === "timed out";

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 60);

function row(name: string, statuses: readonly MutantStatus[]): string {
  const noticed = statuses.filter(isNoticed).length;
  const unrun = statuses.filter((status) => status === "not run").length;
  return `| ${name} | ${statuses.length} | ${noticed} | ${unrun} | ${percent(noticed, statuses.length)} |`;
}

/** A fault in one line. */
export const placeOf = ({ path, line, operator, before, text }: Mutant, { status, why }: Finding): string =>
  [`${path}:${line} ${status}, ${operator}: ${oneLine(before)} → ${oneLine(text) || "nothing"}`, why]
    .filter((part) => part !== "")
    .join("\n    ");

/** A table by room, and the places of the faults that no test noticed. */
export function report(findings: ReadonlyMap<Mutant, Finding>): { text: string; share: number } {
  const entries = [...findings];
  const all = entries.map(([, { status }]) => status);
  const byRoom = Map.groupBy(entries, ([{ path }]) => path.split("/").slice(0, 2).join("/"));
  const rows = [...byRoom]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([room, of]) =>
      row(
        `\`${room}\``,
        of.map(([, { status }]) => status),
      ),
    );
  const unnoticed = entries
    .filter(([, { status }]) => !isNoticed(status))
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
