import { createHash } from "node:crypto";
import { type Edit, editsOf } from "./operators.ts";
import { isFunction, isNode, parse, walk } from "./syntax.ts";

/** One fault in one file. */
export interface Mutant extends Edit {
  /** A hash of file, surrounding code and replacement. It stays the same while that code does. */
  id: string;
  /** Relative to the project. */
  path: string;
  line: number;
  before: string;
  /** The function that contains it; null for code that runs when the file is loaded. */
  within: string | null;
}

/** The id of a function in a run: its file and where it begins. */
export const functionId = (path: string, start: number): string => `${path}:${start}`;

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);

/** All faults that the operators can put into a file. */
export function mutantsOf(path: string, code: string): Mutant[] {
  const found: Mutant[] = [];
  const seen = new Map<string, number>();
  walk(parse(path, code), (node, within) => {
    const around = within.find(isFunction);
    for (const edit of editsOf(node, code, within)) {
      const before = code.slice(edit.start, edit.end);
      const place = `${path}\n${code.slice(Math.max(0, edit.start - 40), edit.end + 20)}\n${edit.text}`;
      const nth = seen.get(place) ?? 0;
      seen.set(place, nth + 1);
      found.push({
        ...edit,
        id: shortHash(`${place}\n${nth}`),
        path,
        line: code.slice(0, edit.start).split("\n").length,
        before,
        within: around === undefined ? null : functionId(path, around.start),
      });
    }
  });
  return found;
}

export const mutated = (code: string, { start, end, text }: Edit): string =>
  code.slice(0, start) + text + code.slice(end);

/** `count` faults, the same ones each time. When a file changes, only its own faults change. */
export const sampleOf = (mutants: readonly Mutant[], count: number): Mutant[] =>
  mutants.toSorted((a, b) => a.id.localeCompare(b.id)).slice(0, count);

/** The code of a file in which each function reports when it is entered. */
export function traced(path: string, code: string): string {
  const insertions: [at: number, text: string][] = [];
  walk(parse(path, code), (node) => {
    const body = node["body"];
    if (!isFunction(node) || !isNode(body)) return;
    const { type, start, end } = body;
    const mark = `globalThis.__entered?.add(${JSON.stringify(functionId(path, node.start))})`;
    if (type === "BlockStatement") insertions.push([start + 1, `${mark};`]);
    else insertions.push([start, `(${mark}, `], [end, ")"]);
  });
  // From the end to the beginning, so that offsets stay right; at the same place the inner function first.
  return insertions
    .map(([at, text], order) => ({ at, text, order }))
    .toSorted((a, b) => b.at - a.at || b.order - a.order)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), code);
}
