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

test("the lines of a diff make both texts, and those that stay are as many as can be", () => {
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
  expect(linesOf("a\nb\nc\nd", "b\nd\na")).toEqual(["-a", " b", "-c", " d", "+a"]);
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
