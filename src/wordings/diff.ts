import { isObject, keysOf } from "../lib/objects.ts";

/** How a field differs between two versions: its lines, each with `+`, `-` or a space before it. */
export interface FieldDiff {
  field: string;
  lines: string[];
}

/** Beyond this product of lines a text is shown as replaced whole: comparing would cost too much. */
const MAX_CELLS = 250_000;

/** The fields that differ between two versions, by their JSON. */
export function diffOf(from: string, to: string): FieldDiff[] {
  const [a, b] = [textsOf(from), textsOf(to)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((field) =>
    a[field] === b[field] ? [] : [{ field, lines: diffLines(linesOf(a[field]), linesOf(b[field])) }],
  );
}

function textsOf(json: string): Record<string, string> {
  const fields: unknown = JSON.parse(json);
  const texts: Record<string, string> = {};
  if (isObject(fields))
    for (const name of keysOf(fields)) {
      const text = fields[name];
      if (typeof text === "string") texts[name] = text;
    }
  return texts;
}

const linesOf = (text: string | undefined): string[] => (text === undefined ? [] : text.split("\n"));

/** The longest common subsequence of lines stays; the rest was removed or added. */
function diffLines(a: readonly string[], b: readonly string[]): string[] {
  const removed = (lines: readonly string[]) => lines.map((line) => `-${line}`);
  const added = (lines: readonly string[]) => lines.map((line) => `+${line}`);
  if (a.length * b.length > MAX_CELLS) return [...removed(a), ...added(b)];
  const common = lengthsOf(a, b);
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left = "", right = ""] = [a[i], b[j]];
    if (left === right) {
      lines.push(` ${left}`);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      lines.push(`-${left}`);
      i++;
    } else {
      lines.push(`+${right}`);
      j++;
    }
  }
  return [...lines, ...removed(a.slice(i)), ...added(b.slice(j))];
}

/** `[i][j]`: how many lines the rests of both from there have in common. */
function lengthsOf(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        a[i] === b[j]
          ? 1 + (lengths[i + 1]?.[j + 1] ?? 0)
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return lengths;
}
