import { relative } from "node:path";
import { type Mutant, mutated, traced } from "./mutants.ts";

/** How the source is changed: with one fault, or so that it reports which functions are entered. */
type Active = { kind: "mutant"; mutant: Mutant } | { kind: "trace"; paths: ReadonlySet<string> };

// A global of the process, not of this module: vitest loads its configuration, and so this file, a second time.
declare global {
  var __activeChange: Active | undefined;
}

export const activate = (next: Active): void => {
  globalThis.__activeChange = next;
};

/** The code of a module with the active change; undefined if the change does not concern it. */
export function transformed(id: string, code: string): { code: string; map: null } | undefined {
  const active = globalThis.__activeChange;
  const path = relative(process.cwd(), id.split("?")[0] ?? id);
  if (active?.kind === "mutant" && active.mutant.path === path)
    return { code: mutated(code, active.mutant), map: null };
  if (active?.kind === "trace" && active.paths.has(path)) return { code: traced(path, code), map: null };
  return undefined;
}
