import fc from "fast-check";
import { expect, test } from "vitest";
import { isWiderThan } from "../../src/http/wide-json.ts";

/** The most fields that one object has. */
function width(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value).map(width);
  return Math.max(0, Array.isArray(value) ? 0 : Object.keys(value).length, ...inner);
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', '\\"', "\\", "{", "}:", '":{[', "]", ":::"),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(text, tie("value"), { maxKeys: 12 }),
  ),
})).value;

test("an object is as wide as it is once it is read, whatever its strings hold", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, "\t"), (given, space) => {
      const json = JSON.stringify(given, null, space);
      const widest = width(given);
      expect(isWiderThan(widest, json)).toBe(false);
      if (widest > 0) expect(isWiderThan(widest - 1, json)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("what is no JSON is looked through all the same", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (given) => void isWiderThan(3, given)));
  for (const odd of ["", '"', '"\\', "]]]}}}", "[".repeat(100_000), '{"a":"'])
    expect(isWiderThan(1, odd)).toBe(false);
});

test("half a million fields in one object are too many; a full batch's are not", () => {
  const wide = `{${Array.from({ length: 500_000 }, (_, i) => `"k${i}":0`).join()}}`;
  const targets = Array(1_000).fill({ user_id: "u", title: "t", body: "b".repeat(4_000), data: { a: ":" } });
  expect([isWiderThan(1_000, wide), isWiderThan(1_000, JSON.stringify({ targets }))]).toEqual([true, false]);
});
