import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { describe, expect, test, vi } from "vitest";
import { createAuthenticate } from "../../src/auth/authenticate.ts";
import { Failure } from "../../src/lib/failure.ts";

const CONFIG = {
  kind: "jwks",
  url: "https://id.example.com/keys",
  issuer: "https://id.example.com",
  audience: "tidings",
} as const;
const NOW = Date.UTC(2026, 2, 26, 8);

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
const newKey = (alg: string): Promise<KeyPair> => generateKeyPair(alg, { extractable: true });
const publicJwk = async (pair: KeyPair, kid: string): Promise<JWK> => ({
  ...(await exportJWK(pair.publicKey)),
  kid,
});

const sign = (key: Parameters<SignJWT["sign"]>[0], alg: string, kid: string, claims: object = {}) =>
  new SignJWT({ role: "service", sub: "svc", iss: CONFIG.issuer, aud: CONFIG.audience, ...claims })
    .setProtectedHeader({ alg, kid })
    .setExpirationTime(NOW / 1_000 + 60)
    .sign(key);

/** A key server that counts. `answer` may be changed on the way. */
function givenKeyServer(keys: JWK[]) {
  const server = {
    fetches: [] as string[],
    answer: async (): Promise<Response> => Response.json({ keys }),
    fetch: async (input: RequestInfo | URL) => {
      server.fetches.push(String(input));
      return server.answer();
    },
  };
  return server;
}

/** The role, or the problem's code. */
async function verdict(authenticate: ReturnType<typeof createAuthenticate>, token: string): Promise<string> {
  try {
    return (await authenticate(token, NOW)).role;
  } catch (error) {
    if (error instanceof Failure) return error.problem;
    throw error;
  }
}

describe("with JWKS_URL", () => {
  test.each(["RS256", "PS256", "ES256", "EdDSA"])(
    "a token of %s is taken, and the keys are fetched once",
    async (alg) => {
      const pair = await newKey(alg);
      const server = givenKeyServer([await publicJwk(pair, "k1")]);
      const authenticate = createAuthenticate(CONFIG, server.fetch);
      const token = await sign(pair.privateKey, alg, "k1");
      for (let i = 0; i < 5; i++) expect(await verdict(authenticate, token)).toBe("service");
      expect(server.fetches).toEqual([CONFIG.url]);
    },
  );

  test("an unknown key is fetched again, but not at every request", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    try {
      const [old, fresh, stranger] = await Promise.all(["ES256", "ES256", "ES256"].map(newKey));
      if (!old || !fresh || !stranger) throw new Error("no keys");
      const keys = [await publicJwk(old, "old")];
      const server = givenKeyServer(keys);
      const authenticate = createAuthenticate(CONFIG, server.fetch);
      expect(await verdict(authenticate, await sign(old.privateKey, "ES256", "old"))).toBe("service");

      const forged = await sign(stranger.privateKey, "ES256", "stranger");
      for (let i = 0; i < 20; i++) expect(await verdict(authenticate, forged)).toBe("unauthorized");
      expect(server.fetches).toHaveLength(1);

      keys.push(await publicJwk(fresh, "fresh"));
      vi.setSystemTime(NOW + 31_000);
      expect(await verdict(authenticate, await sign(fresh.privateKey, "ES256", "fresh"))).toBe("service");
      expect(server.fetches).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a flood of unknown keys, also at the same time, makes hardly a fetch", async () => {
    const [ours, stranger] = await Promise.all(["ES256", "ES256"].map(newKey));
    if (!ours || !stranger) throw new Error("no keys");
    const server = givenKeyServer([await publicJwk(ours, "ours")]);
    const right = server.answer;
    server.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return right();
    };
    const authenticate = createAuthenticate(CONFIG, server.fetch);
    const tokens = await Promise.all(
      Array.from({ length: 100 }, (_, i) => sign(stranger.privateKey, "ES256", `k${i}`)),
    );
    const good = await sign(ours.privateKey, "ES256", "ours");
    const flood = Promise.all(tokens.map((token) => verdict(authenticate, token)));
    // Whoever has a good token waits for the same keys.
    expect(await verdict(authenticate, good)).toBe("service");
    expect(new Set(await flood)).toEqual(new Set(["unauthorized"]));
    expect(server.fetches.length).toBeLessThanOrEqual(2);
  });

  test("while the key server fails it is not asked at every request", async () => {
    const pair = await newKey("ES256");
    const server = givenKeyServer([]);
    server.answer = async () => new Response("", { status: 500 });
    const authenticate = createAuthenticate(CONFIG, server.fetch);
    const token = await sign(pair.privateKey, "ES256", "k1");
    for (let i = 0; i < 50; i++) expect(await verdict(authenticate, token)).toBe("unavailable");
    expect(server.fetches.length).toBeLessThan(10);
  });

  test("a public key cannot serve as a secret", async () => {
    const pair = await newKey("RS256");
    const jwk = await publicJwk(pair, "k1");
    const server = givenKeyServer([jwk]);
    const authenticate = createAuthenticate(CONFIG, server.fetch);
    const spki = await exportSPKI(pair.publicKey);
    for (const secret of [spki, spki.trim(), JSON.stringify(jwk), jwk.n ?? ""])
      expect(await verdict(authenticate, await sign(new TextEncoder().encode(secret), "HS256", "k1"))).toBe(
        "unauthorized",
      );
  });

  test("a key that the token brings along is not used", async () => {
    const [ours, theirs] = await Promise.all(["ES256", "ES256"].map(newKey));
    if (!ours || !theirs) throw new Error("no keys");
    const server = givenKeyServer([await publicJwk(ours, "k1")]);
    const authenticate = createAuthenticate(CONFIG, server.fetch);
    const token = await new SignJWT({ role: "service", sub: "svc", iss: CONFIG.issuer, aud: CONFIG.audience })
      .setProtectedHeader({
        alg: "ES256",
        kid: "k1",
        jwk: await exportJWK(theirs.publicKey),
        jku: "https://evil.example/keys",
      })
      .setExpirationTime(NOW / 1_000 + 60)
      .sign(theirs.privateKey);
    expect(await verdict(authenticate, token)).toBe("unauthorized");
    expect(server.fetches).toEqual([CONFIG.url]);
  });

  test("a token for someone else, or without `exp`, is refused", async () => {
    const pair = await newKey("ES256");
    const server = givenKeyServer([await publicJwk(pair, "k1")]);
    const authenticate = createAuthenticate(CONFIG, server.fetch);
    const signed = (claims: object) => sign(pair.privateKey, "ES256", "k1", claims);
    expect(await verdict(authenticate, await signed({ aud: "other" }))).toBe("unauthorized");
    expect(await verdict(authenticate, await signed({ iss: "https://evil.example" }))).toBe("unauthorized");
    const endless = new SignJWT({ sub: "svc", iss: CONFIG.issuer, aud: CONFIG.audience });
    const token = await endless.setProtectedHeader({ alg: "ES256", kid: "k1" }).sign(pair.privateKey);
    expect(await verdict(authenticate, token)).toBe("unauthorized");
  });

  const away = new Error("Network connection lost.");
  test.each<[string, () => Promise<Response>]>([
    ["cannot be reached", () => Promise.reject(away)],
    ["is too slow", () => Promise.reject(new DOMException("too slow", "TimeoutError"))],
    ["answers 500", async () => new Response("", { status: 500 })],
    [
      "redirects elsewhere",
      async () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    ],
    ["answers a page", async () => new Response("<html>")],
    ["answers something that is no key set", async () => Response.json({ keys: "none" })],
  ])(
    "a key server that %s is no fault of the caller's: 503, and the next try asks again",
    async (_, answer) => {
      const pair = await newKey("ES256");
      const server = givenKeyServer([await publicJwk(pair, "k1")]);
      const right = server.answer;
      const authenticate = createAuthenticate(CONFIG, server.fetch);
      const token = await sign(pair.privateKey, "ES256", "k1");
      server.answer = answer;
      expect(await verdict(authenticate, token)).toBe("unavailable");
      server.answer = right;
      expect(await verdict(authenticate, token)).toBe("service");
      expect(server.fetches).toEqual([CONFIG.url, CONFIG.url]);
    },
  );

  test.each(["x", "a.b.c", "..", "", `${"a".repeat(9_000)}`])(
    "%j is refused before any key is fetched",
    async (token) => {
      const server = givenKeyServer([]);
      expect(await verdict(createAuthenticate(CONFIG, server.fetch), token)).toBe("unauthorized");
      expect(server.fetches).toEqual([]);
    },
  );
});
