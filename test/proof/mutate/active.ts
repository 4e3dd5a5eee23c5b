import { relative } from "node:path";
import { type Mutant, mutated, traced } from "./mutants.ts";

/** What the source is to be: with one fault, or telling which of its functions are entered. */
type Active = { kind: "mutant"; mutant: Mutant } | { kind: "trace"; paths: ReadonlySet<string> };

// Of the process, not of this module: vitest loads its configuration, and with it this file, a second time.
declare global {
  var __activeChange: Active | undefined;
}

export const activate = (next: Active): void => {
  globalThis.__activeChange = next;
};

/** The code of a module as the active change has it; undefined where it has none. */
export function transformed(id: string, code: string): { code: string; map: null } | undefined {
  const active = globalThis.__activeChange;
  const path = relative(process.cwd(), id.split("?")[0] ?? id);
  if (active?.kind === "mutant" && active.mutant.path === path)
    return { code: mutated(code, active.mutant), map: null };
  if (active?.kind === "trace" && active.paths.has(path)) return { code: traced(path, code), map: null };
  return undefined;
}
