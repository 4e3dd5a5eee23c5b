import { expect, test } from "vitest";
import { beginFile, ofThisFile } from "./files.ts";

const gone = Symbol("gone");
const soon = () => new Promise<typeof gone>((resolve) => setTimeout(() => resolve(gone), 20));

test("what an earlier file has left running makes no further call, and what it has under way is waited for", async () => {
  const carry = ofThisFile();
  const answer = Promise.withResolvers<string>();
  const done: string[] = [];
  const underWay = carry(() => answer.promise).then((text) => done.push(text));
  let begun = false;
  const begin = beginFile().then(() => (begun = true));
  expect(await Promise.race([carry(() => Promise.resolve("late")), soon()])).toBe(gone);
  expect(begun).toBe(false);
  answer.resolve("in time");
  await Promise.all([underWay, begin]);
  expect([done, begun]).toEqual([["in time"], true]);
  expect(await ofThisFile()(() => Promise.resolve("of the new file"))).toBe("of the new file");
});

test("a call that fails is waited for, too, and fails for its caller", async () => {
  const failing = ofThisFile()(() => Promise.reject(new Error("away")));
  await expect(failing).rejects.toThrow("away");
  await beginFile();
});
