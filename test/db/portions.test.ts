import { expect, test } from "vitest";
import { inPortions } from "../../src/db/portions.ts";

const plenty = { queriesLeft: () => 1_000 };

/** Work in portions of the given sizes, and what was done of it so far. */
function work(sizes: readonly number[]) {
  const done: number[] = [];
  const next = async () => {
    const size = sizes[done.length] ?? 0;
    done.push(size);
    return { done: size, isLast: done.length >= sizes.length };
  };
  return { done, next };
}

test("portions are done until one is the last", async () => {
  const { done, next } = work([5, 5, 2]);
  expect(await inPortions(plenty, 10, next)).toEqual({ done: 12, isFinished: true });
  expect(done).toEqual([5, 5, 2]);
});

test("no more are done than the limit, and the rest is reported as left", async () => {
  const { done, next } = work([5, 5, 2]);
  expect(await inPortions(plenty, 2, next)).toEqual({ done: 10, isFinished: false });
  expect(done).toEqual([5, 5]);
});

test("a limit that is reached with the last portion leaves nothing", async () => {
  expect(await inPortions(plenty, 3, work([5, 5, 2]).next)).toEqual({ done: 12, isFinished: true });
});

test("none is begun for which the invocation may have too few queries", async () => {
  let left = 250;
  const { done, next } = work([1, 1, 1, 1]);
  const found = await inPortions({ queriesLeft: () => left }, 10, () => {
    left -= 100;
    return next();
  });
  expect(found).toEqual({ done: 2, isFinished: false });
  expect(done).toEqual([1, 1]);
});

test("a portion that fails ends the work", async () => {
  const failing = async () => Promise.reject(new Error("D1 is away"));
  await expect(inPortions(plenty, 10, failing)).rejects.toThrow("D1 is away");
});
