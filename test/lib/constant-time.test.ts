import * as fc from "fast-check";
import { expect, it } from "vitest";
import { isOneOf, isSameSecret } from "../../src/lib/constant-time.ts";

it("a secret is the same as itself only", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (a, b) => {
      expect(await isSameSecret(a, a)).toBe(true);
      expect(await isSameSecret(a, b)).toBe(a === b);
    }),
    { numRuns: 1_000 },
  );
});

it("is looked for among several", async () => {
  expect(await isOneOf("b", ["a", "b", "c"])).toBe(true);
  expect(await isOneOf("d", ["a", "b", "c"])).toBe(false);
  expect(await isOneOf("", [])).toBe(false);
});
