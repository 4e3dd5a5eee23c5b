import { expect, test } from "vitest";
import { inParallel } from "../../src/lib/parallel.ts";

const pause = (turns: number) =>
  Array.from({ length: turns }).reduce<Promise<void>>((p) => p.then(() => {}), Promise.resolve());

test.each([
  [0, 3, 0],
  [2, 5, 2],
  [20, 4, 4],
  [20, 1, 1],
])("%i items with a width of %i are at most %i at a time, and in order", async (count, width, expected) => {
  let open = 0;
  let most = 0;
  const items = Array.from({ length: count }, (_, i) => i);
  const results = await inParallel(items, width, async (item) => {
    most = Math.max(most, ++open);
    // Some are slower than others.
    await pause((item * 7) % 5);
    open--;
    return item * 10;
  });
  expect(most).toBe(expected);
  expect(results).toEqual(items.map((item) => item * 10));
});

test("what fails is thrown, and stops none of the others", async () => {
  const done: number[] = [];
  const work = async (item: number) => {
    await pause(1);
    if (item === 1) throw new Error("the second");
    done.push(item);
  };
  await expect(inParallel([0, 1, 2, 3, 4], 2, work)).rejects.toThrow("the second");
  await pause(20);
  expect(done).toEqual([0, 2, 3, 4]);
});
