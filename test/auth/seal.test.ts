import fc from "fast-check";
import { expect, test } from "vitest";
import { type Belonging, seal, unseal } from "../../src/auth/seal.ts";

const current = "the-secret-of-this-year-0123456789abcdef";
const previous = "the-secret-of-last-year-0123456789abcdef";
const SECRETS = { current, previous: undefined };

const OURS: Belonging = { purpose: "search-cursor", to: "ours" };

test("what is sealed opens where it belongs, and is URL-safe", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.string({ unit: "binary" }), async (json, to) => {
      const belonging = { ...OURS, to };
      const sealed = await seal(SECRETS, belonging, JSON.parse(json));
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/u);
      const opened = await unseal(SECRETS, belonging, sealed);
      expect(JSON.parse(String(opened))).toEqual(JSON.parse(json));
      expect(await unseal(SECRETS, { ...OURS, to: `${to}x` }, sealed)).toBeNull();
    }),
  );
});

test("the same value is sealed differently each time, and as long as others", async () => {
  const sealed = await Promise.all(["a", "a", "b".repeat(90)].map((value) => seal(SECRETS, OURS, value)));
  expect(new Set(sealed).size).toBe(3);
  expect(new Set(sealed.map(({ length }) => length)).size).toBe(1);
});

test("what is changed anywhere does not open", async () => {
  const sealed = await seal(SECRETS, OURS, { way: 1 });
  for (let i = 0; i < sealed.length; i++) {
    const other = sealed[i] === "A" ? "B" : "A";
    const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
    // The last letter has bits that stand for nothing.
    if (i < sealed.length - 1) expect(await unseal(SECRETS, OURS, changed), `at ${i}`).toBeNull();
    expect(await unseal(SECRETS, OURS, sealed.slice(0, i)), `the first ${i}`).toBeNull();
  }
  for (const text of ["", "A", "*", "é", "\0", "A".repeat(10_000)])
    expect(await unseal(SECRETS, OURS, text)).toBeNull();
});

test("what the previous secret has sealed opens until that is removed", async () => {
  const sealed = await seal({ current: previous, previous: undefined }, OURS, 1);
  expect((await unseal({ current, previous }, OURS, sealed))?.trim()).toBe("1");
  expect(await unseal(SECRETS, OURS, sealed)).toBeNull();
});
