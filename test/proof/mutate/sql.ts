import type { Edit } from "./operators.ts";

/** What ends a condition of an AND: the next AND, or the next clause at the same depth. */
const ENDS = /^\s+(?:AND|OR|ORDER BY|GROUP BY|LIMIT|RETURNING|ON CONFLICT|UNION|WHERE|THEN|WHEN)\s|^\)/;

/** The text with `${…}` blacked out, so that code in it is not taken for SQL. The length stays the same. */
function masked(text: string): string {
  let depth = 0;
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{" && (depth > 0 || text[i - 1] === "$")) depth++;
    const isHole = depth > 0 || text.startsWith("${", i);
    out += isHole ? "\u0001" : (text[i] ?? "");
    if (depth > 0 && text[i] === "}") depth--;
  }
  return out;
}

/** Where the condition that begins at `from` ends. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (depth === 0 && ENDS.test(text.slice(i, i + 60))) return i;
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
  }
  return text.length;
}

/** `a AND b` → `a`; `WHERE a AND b` → `WHERE b`; `WHERE a` → `WHERE true`. */
function droppedConjuncts(text: string): Edit[] {
  const later = [...text.matchAll(/\sAND\s/g)]
    .filter(({ index }) => !/BETWEEN\s\S+$/.test(text.slice(0, index)))
    .map(({ index, 0: { length } }) => ({ start: index, end: endOf(text, index + length), text: "" }));
  const first = [...text.matchAll(/\sWHERE\s/g)].map(({ index, 0: { length } }) => {
    const start = index + length;
    const end = endOf(text, start);
    return { start, end, text: "true" };
  });
  return [...later, ...first].map((edit) => ({ ...edit, operator: "drop a condition (SQL)" }));
}

/** Operators and words that mean the opposite, or the neighbour. */
const SWAPS: readonly (readonly [RegExp, string, string])[] = [
  [/(?<=\s)<=(?=\s)/g, "<", "move a bound (SQL)"],
  // But for the lower bound of a prefix (`key >= 'cert:' AND …`): no key is the prefix alone.
  [/(?<=\s)>=(?=\s)(?!\s(?:(?! AND )[^<>])*:'\s+AND )/g, ">", "move a bound (SQL)"],
  [/(?<=\s)<(?=\s)/g, "<=", "move a bound (SQL)"],
  [/(?<=\s)>(?=\s)/g, ">=", "move a bound (SQL)"],
  [/\bIS NOT NULL\b/g, "IS NULL", "turn a condition round (SQL)"],
  [/\bIS NULL\b/g, "IS NOT NULL", "turn a condition round (SQL)"],
  [/\bNOT EXISTS\b/g, "EXISTS", "turn a condition round (SQL)"],
  [/(?<!NOT )\bEXISTS\b/g, "NOT EXISTS", "turn a condition round (SQL)"],
  [/\bNOT IN\b/g, "IN", "turn a condition round (SQL)"],
  [/\bmin\(/g, "max(", "swap min and max (SQL)"],
  [/\bmax\(/g, "min(", "swap min and max (SQL)"],
  [/(?<=\s)\+(?= )/g, "-", "swap plus and minus (SQL)"],
  [/ DESC\b/g, " ASC", "turn an order round (SQL)"],
];

/**
 * Faults for a statement. `=` is left alone, since in SQL it also assigns.
 * @param text what stands between the backticks
 */
export function sqlEdits(text: string): Edit[] {
  const plain = masked(text);
  const swaps = SWAPS.flatMap(([pattern, replacement, operator]) =>
    [...plain.matchAll(pattern)].map(({ index, 0: found }) => ({
      start: index,
      end: index + found.length,
      text: replacement,
      operator,
    })),
  );
  const edits = [...droppedConjuncts(plain), ...swaps];
  return edits.filter(({ start, end, text: replacement }) => plain.slice(start, end) !== replacement);
}
