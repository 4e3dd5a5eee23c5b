import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ctx } from "../../src/ctx.ts";
import { keyIdOf, openSecret, sealerOf, sealSecret } from "../../src/auth/vault.ts";
import { createHarness } from "../support/harness.ts";

const { config } = createHarness().ctx;
const NEW = "the-key-of-this-year-0123456789abcdef";
const OLD = "the-key-of-last-year-0123456789abcdef";

const keysOf = (secretsKeys: Ctx["config"]["secretsKeys"]) => ({ config: { ...config, secretsKeys } });
const now = keysOf({ current: NEW, previous: undefined });
const rotating = keysOf({ current: NEW, previous: OLD });
const before = keysOf({ current: OLD, previous: undefined });

const PLACE = { table: "chat_connections", id: "con_1" };
const opened = async (...given: Parameters<typeof openSecret>) => {
  const json = await openSecret(...given);
  return json === null ? null : JSON.parse(json);
};

describe("a stored secret", () => {
  test("opens in its own row alone, and shows nothing of itself", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 4 }), async (secret) => {
        const stored = await sealSecret(now, PLACE, { secret });
        expect(await opened(now, PLACE, stored)).toEqual({ secret });
        expect(stored).toMatch(/^[\w-]{8}\.[\w-]+$/);
        for (const place of [
          { ...PLACE, id: "con_2" },
          { ...PLACE, table: "webhook_endpoints" },
          { table: "chat_connections,con", id: "_1" },
        ])
          expect(await openSecret(now, place, stored)).toBeNull();
      }),
    );
  });

  test("opens with the former key while that is configured, and is sealed anew with the new one", async () => {
    const stored = await sealSecret(before, PLACE, "xoxb");
    expect(sealerOf(stored)).toBe(await keyIdOf(OLD));
    expect(await opened(rotating, PLACE, stored)).toBe("xoxb");
    expect(await openSecret(now, PLACE, stored)).toBeNull();
    const anew = await sealSecret(rotating, PLACE, "xoxb");
    expect(sealerOf(anew)).toBe(await keyIdOf(NEW));
    expect(await opened(now, PLACE, anew)).toBe("xoxb");
    expect(await openSecret(before, PLACE, anew)).toBeNull();
  });

  test("does not open when it was changed or is under another key's name", async () => {
    const stored = await sealSecret(rotating, PLACE, "xoxb");
    const middle = Math.floor(stored.length / 2);
    const changed = stored.slice(0, middle) + (stored[middle] === "A" ? "B" : "A") + stored.slice(middle + 1);
    const renamed = `${await keyIdOf(OLD)}${stored.slice(8)}`;
    for (const text of [changed, renamed, stored.slice(8), "", ".", stored.slice(0, 9)])
      expect(await openSecret(rotating, PLACE, text), text).toBeNull();
  });

  test("cannot be made without a key, which is told and breaks nothing else", async () => {
    await expect(sealSecret(keysOf(null), PLACE, "xoxb")).rejects.toMatchObject({
      problem: "unavailable",
      options: { code: "secrets_key_missing" },
    });
    expect(await openSecret(keysOf(null), PLACE, await sealSecret(now, PLACE, "xoxb"))).toBeNull();
  });
});
