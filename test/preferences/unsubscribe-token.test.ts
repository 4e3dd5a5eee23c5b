import * as fc from "fast-check";
import { base64url } from "jose";
import { describe, expect, test } from "vitest";
import {
  type UnsubscribeTarget,
  signUnsubscribe,
  verifyUnsubscribe,
} from "../../src/preferences/unsubscribe-token.ts";
import { anyUnits } from "../content/arbitraries.ts";
import { typeNamed } from "../support/content.ts";

const SECRETS = { current: "a-secret-of-the-present-0123456789ab" };
const userId = fc.stringMatching(/^[A-Za-z0-9_.:@-]{1,128}$/u);
const target: fc.Arbitrary<UnsubscribeTarget> = fc.oneof(
  fc.record({ userId, code: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ userId, category: fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/u) }),
);
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

describe("an unsubscribe token", () => {
  test("names the user and the type that it was signed for", async () => {
    await fc.assert(
      fc.asyncProperty(target, async (named) => {
        expect(await verifyUnsubscribe(SECRETS, await signUnsubscribe(SECRETS, named))).toEqual(named);
      }),
    );
  });

  test("fits a URL and a header, with the longest user id too", async () => {
    const token = await signUnsubscribe(SECRETS, {
      userId: "x".repeat(128),
      code: typeNamed("certification_reminder").linkCode,
    });
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/u);
    expect(token.length).toBeLessThanOrEqual(195);
    const uuid = await signUnsubscribe(SECRETS, {
      userId: crypto.randomUUID(),
      code: typeNamed("push").linkCode,
    });
    expect(uuid.length).toBeLessThanOrEqual(72);
  });

  test("changed in any character is refused, spare bits of its last one included", async () => {
    const spared: string[] = [];
    for (const userId of ["u", "us", "usr"]) {
      const token = await signUnsubscribe(SECRETS, { userId, code: typeNamed("new_match").linkCode });
      for (let at = 0; at < token.length; at++)
        for (const other of BASE64URL) {
          const forged = token.slice(0, at) + other + token.slice(at + 1);
          if (forged !== token && (await verifyUnsubscribe(SECRETS, forged)) !== null) spared.push(forged);
        }
    }
    expect(spared).toEqual([]);
  });

  test("with any bit of any byte flipped is refused", async () => {
    const token = await signUnsubscribe(SECRETS, {
      userId: "usr_1",
      code: typeNamed("weekly_digest").linkCode,
    });
    const bytes = Uint8Array.from(atob(token.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const text = btoa(String.fromCharCode(...forged))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
      expect(await verifyUnsubscribe(SECRETS, text), `bit ${bit}`).toBeNull();
    }
  });

  test("cut short, made longer or spelled otherwise is refused", async () => {
    const token = await signUnsubscribe(SECRETS, { userId: "usr_12", code: typeNamed("new_match").linkCode });
    for (let length = 0; length < token.length; length++)
      expect(await verifyUnsubscribe(SECRETS, token.slice(0, length))).toBeNull();
    for (const other of [
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      token.repeat(2),
      "A".repeat(5_000),
    ])
      expect(await verifyUnsubscribe(SECRETS, other)).toBeNull();
  });

  test("of garbage is refused and does not throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyUnits, fc.base64String()), async (token) => {
        expect(await verifyUnsubscribe(SECRETS, token)).toBeNull();
      }),
    );
  });

  test("outlives one rotation of the secret, and not a second", async () => {
    const named: UnsubscribeTarget = { userId: "usr_1", code: typeNamed("push").linkCode };
    const token = await signUnsubscribe(SECRETS, named);
    const next = "the-next-secret-0123456789-0123456789";
    expect(await verifyUnsubscribe({ current: next, previous: SECRETS.current }, token)).toEqual(named);
    expect(await verifyUnsubscribe({ current: next, previous: "an-unrelated-one" }, token)).toBeNull();
    expect(await verifyUnsubscribe({ current: next }, token)).toBeNull();
  });

  test("from a mail that was sent long ago still works", async () => {
    const named: UnsubscribeTarget = {
      userId: "usr_hA3mXp",
      code: typeNamed("certification_reminder").linkCode,
    };
    const token = "AQF1c3JfaEEzbVhwHIyLf2uE24bqZHFq-xkI4g";
    expect(await signUnsubscribe(SECRETS, named)).toBe(token);
    expect(await verifyUnsubscribe(SECRETS, token)).toEqual(named);
  });

  test("is not made for what is no link code", async () => {
    for (const code of [0, 256, 1.5, -1, Number.NaN])
      await expect(signUnsubscribe(SECRETS, { userId: "usr_1", code })).rejects.toThrow(RangeError);
  });

  test("is not made for what is no user id", async () => {
    for (const userId of ["", "x".repeat(129), "\ud800"])
      await expect(signUnsubscribe(SECRETS, { userId, code: typeNamed("push").linkCode })).rejects.toThrow(
        RangeError,
      );
  });
});

describe("a token that names a category", () => {
  const named: UnsubscribeTarget = { userId: "usr_1", category: "order_updates" };

  test("fits a header, with the longest names too", async () => {
    const token = await signUnsubscribe(SECRETS, { userId: "x".repeat(128), category: "c".repeat(64) });
    expect(token).toMatch(/^[A-Za-z0-9_-]{1,282}$/u);
  });

  test("from a mail that was sent long ago still works", async () => {
    const token = await signUnsubscribe(SECRETS, named);
    expect(token).toBe("Ag1vcmRlcl91cGRhdGVzdXNyXzEvMb43K7R4-DChmbAnA0RX");
    expect(await verifyUnsubscribe(SECRETS, token)).toEqual(named);
  });

  test("is refused with any byte changed, cut anywhere, or by another secret", async () => {
    const bytes = base64url.decode(await signUnsubscribe(SECRETS, named));
    for (let at = 0; at < bytes.length; at++) {
      const forged = bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(await verifyUnsubscribe(SECRETS, base64url.encode(forged)), `byte ${at}`).toBeNull();
      expect(await verifyUnsubscribe(SECRETS, base64url.encode(bytes.subarray(0, at)))).toBeNull();
    }
    const other = await signUnsubscribe({ current: "another-secret-0123456789-0123456789" }, named);
    expect(await verifyUnsubscribe(SECRETS, other)).toBeNull();
  });

  test("has no other reading: a version, user or category from another token is refused", async () => {
    await fc.assert(
      fc.asyncProperty(target, target, async (one, two) => {
        const [a, b] = await Promise.all([one, two].map((each) => signUnsubscribe(SECRETS, each)));
        const [mine, theirs] = [base64url.decode(a ?? ""), base64url.decode(b ?? "")];
        const mixed = Uint8Array.of(...mine.subarray(0, -16), ...theirs.subarray(-16));
        const read = await verifyUnsubscribe(SECRETS, base64url.encode(mixed));
        expect(read).toEqual(a === b ? one : null);
        const version = mine.map((byte, at) => (at === 0 ? 3 - byte : byte));
        expect(await verifyUnsubscribe(SECRETS, base64url.encode(version))).toBeNull();
      }),
    );
  });

  test("is not made from a signature for another purpose, or for what is no category", async () => {
    const payload = new TextEncoder().encode("\u0002\u0006ordersusr_1");
    const encoder = new TextEncoder();
    const key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(SECRETS.current),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, payload)).subarray(0, 16);
    const token = base64url.encode(Uint8Array.of(...payload, ...mac));
    expect(await verifyUnsubscribe(SECRETS, token)).toBeNull();
    for (const category of ["", "Orders", "a b", "c".repeat(65), "ø"])
      await expect(signUnsubscribe(SECRETS, { userId: "usr_1", category })).rejects.toThrow(RangeError);
  });
});
