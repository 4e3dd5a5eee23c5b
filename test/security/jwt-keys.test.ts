import { env } from "cloudflare:workers";
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../support/harness.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { call, claims, encode, hmacToken, ISSUER, unsigned } from "./tokens.ts";

describe("with a key set", () => {
  let rsa: CryptoKeyPair;
  let ec: CryptoKeyPair;
  let keys: JWK[];
  let spki: string;

  beforeAll(async () => {
    rsa = await generateKeyPair("RS256", { extractable: true });
    ec = await generateKeyPair("ES256", { extractable: true });
    spki = await exportSPKI(rsa.publicKey);
    keys = [
      { ...(await exportJWK(rsa.publicKey)), kid: "rsa" },
      { ...(await exportJWK(ec.publicKey)), kid: "ec" },
      // A key set that was filled by mistake.
      { kty: "oct", k: base64url.encode("a-shared-secret-that-got-into-the-key-set"), kid: "oct" },
    ];
  });

  /** A service that trusts the key set, and the addresses that it asked for. */
  function givenService() {
    const vars = { JWT_SECRET: "", JWKS_URL: `${ISSUER}/keys`, JWT_ISSUER: ISSUER, JWT_AUDIENCE: "tidings" };
    const h = createHarness({ vars });
    const asked: string[] = [];
    h.hosts.set("id.example.com", async (url) => {
      asked.push(url);
      return Response.json({ keys });
    });
    return { h, asked, see: (token: string) => call(h, "GET /api/v1/notifications", `Bearer ${token}`) };
  }

  async function signed(
    h: Harness,
    header: object,
    { privateKey }: CryptoKeyPair,
    algorithm: SubtleCryptoSignAlgorithm,
  ): Promise<string> {
    const text = `${encode(header)}.${encode(claims(h))}`;
    const signature = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(text));
    return `${text}.${base64url.encode(new Uint8Array(signature))}`;
  }
  const RSA = { name: "RSASSA-PKCS1-v1_5" };
  const EC = { name: "ECDSA", hash: "SHA-256" };

  test("a token by one of its keys is taken", async () => {
    const { h, see } = givenService();
    expect((await see(await signed(h, { alg: "RS256", kid: "rsa" }, rsa, RSA))).status).toBe(200);
    expect((await see(await signed(h, { alg: "ES256", kid: "ec" }, ec, EC))).status).toBe(200);
  });

  test("what is public, or a symmetric key, makes no token", async () => {
    const { h, see, asked } = givenService();
    const lines = overhear(h);
    const secrets = [
      spki,
      spki.trim(),
      `${spki}\n`,
      JSON.stringify(keys[0]),
      keys[0]?.n ?? "",
      env.JWT_SECRET,
    ];
    for (const alg of ["HS256", "HS512"])
      for (const kid of ["rsa", "ec", "oct", undefined])
        for (const secret of [...secrets, "a-shared-secret-that-got-into-the-key-set"]) {
          const hash = alg === "HS256" ? "SHA-256" : "SHA-512";
          expect((await see(await hmacToken({ alg, kid }, claims(h), secret, hash))).status).toBe(401);
        }
    expect(asked.length).toBeLessThanOrEqual(1);
    expectCleanLog(lines, [spki, env.JWT_SECRET]);
  });

  test("a key of another kind than the algorithm's is not used, nor one that the token names or brings", async () => {
    const { h, see, asked } = givenService();
    const evil = "https://evil.example/keys";
    const mine = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(mine.publicKey);
    const forged = [
      await signed(h, { alg: "ES256", kid: "rsa" }, ec, EC),
      await signed(h, { alg: "RS256", kid: "ec" }, rsa, RSA),
      await signed(h, { alg: "ES256", kid: "ec", jwk }, mine, EC),
      await signed(h, { alg: "ES256", jku: evil, x5u: evil, kid: "mine" }, mine, EC),
      await signed(h, { alg: "ES256", kid: "../../../../dev/null" }, mine, EC),
      await signed(h, { alg: "ES256", kid: "' UNION SELECT 'x" }, mine, EC),
      await signed(h, { alg: "ES256", kid: "ec", crit: ["b64"], b64: false }, ec, EC),
      `${unsigned(h, "none")}.`,
    ];
    for (const token of forged) expect((await see(token)).status).toBe(401);
    expect(new Set(asked)).toEqual(new Set([`${ISSUER}/keys`]));
  });

  test("an ECDSA signature of nothing but zeros, or of any other length, is none", async () => {
    const { h, see } = givenService();
    const text = `${encode({ alg: "ES256", kid: "ec" })}.${encode(claims(h))}`;
    for (const length of [0, 1, 63, 64, 65, 72, 128])
      expect((await see(`${text}.${base64url.encode(new Uint8Array(length))}`)).status).toBe(401);
  });
});
