import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Edge, onCycle } from "../../src/directory/org-cycles.ts";

/** The same by brute force: walk up as many steps as there are nodes, and see whether the start comes by. */
function walkedBack(edges: readonly Edge[]): string[] {
  const parentOf = Object.fromEntries(edges.map(({ id, parent_id }) => [id, parent_id]));
  return Object.keys(parentOf).filter((start) => {
    let at = parentOf[start] ?? null;
    for (let step = 0; step < edges.length && at !== null && at !== start; step++) at = parentOf[at] ?? null;
    return at === start;
  });
}

test("exactly those that come back to themselves are on a cycle", () => {
  const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
  const edge = fc.record({ id, parent_id: fc.option(id) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
      expect([...onCycle(edges)].toSorted()).toEqual(walkedBack(edges).toSorted());
    }),
    { numRuns: 1_000 },
  );
});

test("what only leads into a cycle is not on it", () => {
  const edges = [
    { id: "outside", parent_id: "a" },
    { id: "a", parent_id: "b" },
    { id: "b", parent_id: "a" },
  ];
  expect(onCycle(edges)).toEqual(new Set(["a", "b"]));
});

test("of two edges of one id the later one counts", () => {
  const before = { id: "a", parent_id: "a" };
  const after = { id: "a", parent_id: null };
  expect(onCycle([before, after]).size).toBe(0);
  expect(onCycle([after, before])).toEqual(new Set(["a"]));
});
