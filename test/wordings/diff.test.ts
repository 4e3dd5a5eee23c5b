import fc from "fast-check";
import { expect, test } from "vitest";
import { diffOf } from "../../src/wordings/diff.ts";

const linesOf = (from: string, to: string) =>
  diffOf(JSON.stringify({ body: from }), JSON.stringify({ body: to }))[0]?.lines ?? null;

/** The text that is left of a diff's lines. */
const applied = (lines: readonly string[], marks: string) =>
  lines.flatMap((line) => (marks.includes(line[0] ?? "?") ? [line.slice(1)] : [])).join("\n");

const text = fc
  .array(fc.constantFrom("a", "b", "c", "", "+a", "-b", " c", "a\r"), { maxLength: 30 })
  .map((lines) => lines.join("\n"));

/** How many lines two texts have in common, in order: worked out the slow way. */
function common([a, ...as]: readonly string[], [b, ...bs]: readonly string[]): number {
  if (a === undefined || b === undefined) return 0;
  return a === b ? 1 + common(as, bs) : Math.max(common([a, ...as], bs), common(as, [b, ...bs]));
}

test("as many lines stay as can", () => {
  const short = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(short, short, (from, to) => {
      const lines = linesOf(from.join("\n"), to.join("\n")) ?? from.map((line) => ` ${line}`);
      expect(lines.filter((line) => line.startsWith(" "))).toHaveLength(common(from, to));
    }),
  );
});

test("the lines of a diff make both texts, and what was removed comes before what was added", () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      const lines = linesOf(from, to);
      if (from === to) {
        expect(lines).toBeNull();
        return;
      }
      expect(applied(lines ?? [], " -")).toBe(from);
      expect(applied(lines ?? [], " +")).toBe(to);
    }),
  );
  expect(linesOf("a\nb", "c\nd")).toEqual(["-a", "-b", "+c", "+d"]);
  expect(linesOf("a\nb\nc\nd", "b\nd\na")).toEqual(["-a", " b", "-c", " d", "+a"]);
});

test("texts are compared up to a product of 250,000 lines", () => {
  const many = (length: number) => Array.from({ length }, (_, i) => `a${i}`).join("\n");
  const kept = (a: number, b: number) => linesOf(many(a), many(b))?.filter((line) => line.startsWith(" "));
  expect(kept(500, 499)).toHaveLength(499);
  expect(linesOf(many(500), `${many(499)}\nx`)?.slice(-2)).toEqual(["-a499", "+x"]);
  expect(kept(500, 501)).toEqual([]);
});

test("huge texts are shown as replaced whole", () => {
  const many = (name: string) => Array.from({ length: 5_000 }, (_, i) => `${name}${i}`).join("\n");
  const [from, to] = [many("a"), many("b")];
  const lines = linesOf(from, to) ?? [];
  expect(lines).toHaveLength(10_000);
  expect([applied(lines, " -"), applied(lines, " +")]).toEqual([from, to]);
});

test("a field that is null or missing has no lines", () => {
  expect(diffOf('{"a":null}', "{}")).toEqual([]);
  expect(diffOf('{"a":"x"}', '{"a":null}')).toEqual([{ field: "a", lines: ["-x"] }]);
});
