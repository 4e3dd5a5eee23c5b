import { expect, test } from "vitest";
import { blocksOf } from "../../src/wordings/markdown.ts";

test.each([
  ["marks of emphasis", "*a_".repeat(501)],
  ["marks that open nothing", "*a ".repeat(6_600)],
  ["lines", "a\n\n".repeat(301)],
])("too many %s are refused before they are parsed", (_, source) => {
  expect(() => blocksOf(source)).toThrow(RangeError);
});

test("what people write is far from the bounds", () => {
  expect(blocksOf("**a** _b_\n\n".repeat(166))).toHaveLength(166);
});
