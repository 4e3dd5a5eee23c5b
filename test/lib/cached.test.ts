import { expect, test, vi } from "vitest";
import { cached } from "../../src/lib/cached.ts";

test("makes each answer once, tells apart what only looks alike, and forgets the oldest beyond its size", () => {
  const make = vi.fn<(a: string, b: string | null) => object>((a, b) => ({ a, b }));
  const get = cached(3, make);
  const first = get("a", null);
  expect(get("a", null)).toBe(first);
  expect(get("a", "null")).not.toBe(first);
  expect(get('a","b', null)).not.toBe(get("a", "b"));
  expect(make).toHaveBeenCalledTimes(4);
  expect(get("a", null)).not.toBe(first);
  expect(make).toHaveBeenCalledTimes(5);
});
