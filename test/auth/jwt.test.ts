import { env } from "cloudflare:workers";
import { base64url, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../support/harness.ts";

const PATH = "/api/v1/notifications?limit=1";
const SECRET = new TextEncoder().encode(env.JWT_SECRET);

const secondsNow = (h: Harness) => Math.floor(h.clock.now() / 1_000);
const encode = (value: unknown) => base64url.encode(JSON.stringify(value));

/** What the API says of this Authorization header. */
const statusWith = async (h: Harness, authorization: string) =>
  (await h.request("GET", PATH, { as: null, headers: { authorization } })).status;

function sign(h: Harness, claims: object = {}, { alg = "HS256", key = SECRET } = {}): Promise<string> {
  const all = { sub: "svc", role: "service", exp: secondsNow(h) + 60, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg }).sign(key);
}

describe("a token", () => {
  test("that is valid is taken, whatever the case of `Bearer`", async () => {
    const h = createHarness();
    const token = await sign(h);
    expect(await statusWith(h, `Bearer ${token}`)).toBe(200);
    expect(await statusWith(h, `bearer  ${token}`)).toBe(200);
  });

  test("is taken from a minute before its `nbf` until a minute after its `exp`, since clocks differ", async () => {
    const h = createHarness();
    const now = secondsNow(h);
    const token = await sign(h, { exp: now + 10 - 60, nbf: now + 5 + 60, iat: now + 50 });
    const at = async (seconds: number) => {
      h.clock.set((now + seconds) * 1_000);
      return statusWith(h, `Bearer ${token}`);
    };
    expect([await at(4), await at(5), await at(9), await at(10)]).toEqual([401, 200, 200, 401]);
  });

  test.each([
    ["another secret", {}, { key: new TextEncoder().encode("another-secret-another-secret-0000") }],
    ["another algorithm", {}, { alg: "HS512" }],
    ["no `exp`", { exp: undefined }, {}],
    ["no `sub`", { sub: undefined }, {}],
    ["a `sub` that is no id", { sub: "a b" }, {}],
    ["a role that we do not know", { role: "root" }, {}],
    ["roles in a list", { role: ["service"] }, {}],
    ["an organization that is no id", { org_id: "' OR 1" }, {}],
    ["an `exp` that is a text", { exp: "tomorrow" }, {}],
    ["a `crit` that nobody knows", {}, { header: { crit: ["x"], x: 1 } }],
  ])(
    "with %s is refused",
    async (
      _,
      claims,
      { header, key = SECRET, alg = "HS256" }: { header?: object; key?: Uint8Array; alg?: string },
    ) => {
      const h = createHarness();
      const all = { sub: "svc", role: "service", exp: secondsNow(h) + 60, ...claims };
      // jose does not sign what is not valid, so the parts are put together here.
      const signed = `${encode({ alg, ...header })}.${encode(all)}`;
      const hash = { HS256: "SHA-256", HS512: "SHA-512" }[alg] ?? "";
      const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);
      const signature = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(signed));
      expect(await statusWith(h, `Bearer ${signed}.${base64url.encode(new Uint8Array(signature))}`)).toBe(
        401,
      );
    },
  );

  test.each(["none", "None", "NONE"])("of algorithm %s is refused, signed or not", async (alg) => {
    const h = createHarness();
    const payload = encode({ sub: "svc", role: "service", exp: secondsNow(h) + 60 });
    const [, , signature] = (await sign(h)).split(".");
    const unsigned = `${encode({ alg })}.${payload}.`;
    expect(await statusWith(h, `Bearer ${unsigned}`)).toBe(401);
    expect(await statusWith(h, `Bearer ${unsigned}${signature}`)).toBe(401);
  });

  test("whose payload was changed is refused", async () => {
    const h = createHarness();
    const [header, , signature] = (await sign(h, { role: "user" })).split(".");
    const payload = encode({ sub: "svc", role: "service", exp: secondsNow(h) + 60 });
    expect(await statusWith(h, `Bearer ${header}.${payload}.${signature}`)).toBe(401);
  });

  test("of more than 8,192 characters is refused unread", async () => {
    const h = createHarness();
    const fitting = await sign(h, { filler: "x".repeat(5_900) });
    expect(fitting.length).toBeLessThan(8_192);
    expect(await statusWith(h, `Bearer ${fitting}`)).toBe(200);
    expect(await statusWith(h, `Bearer ${await sign(h, { filler: "x".repeat(8_192) })}`)).toBe(401);
  });

  test("without a role is a user's", async () => {
    const h = createHarness();
    const authorization = `Bearer ${await sign(h, { role: undefined, sub: "usr_plain" })}`;
    const mine = await h.request("GET", "/api/v1/notifications/device-tokens", {
      as: null,
      headers: { authorization },
    });
    expect(mine.body).toEqual({ user_id: "usr_plain", tokens: [] });
    const sends = await h.request("POST", "/api/v1/notifications", {
      as: null,
      headers: { authorization },
      body: {},
    });
    expect(sends.status).toBe(403);
  });
});

describe("why a token is refused is said by a code", () => {
  const otherKey = new TextEncoder().encode("another-secret-another-secret-0000");
  test.each<[string, object, Parameters<typeof sign>[2]]>([
    ["token_expired", { exp: 1 }, {}],
    ["token_untrusted", {}, { key: otherKey }],
    // A forged one says nothing of what is in it.
    ["token_untrusted", { exp: 1, role: "root" }, { key: otherKey }],
    ["token_untrusted", {}, { alg: "HS512" }],
    ["token_claims_invalid", { role: "root" }, {}],
    ["token_claims_invalid", { exp: undefined }, {}],
    ["token_claims_invalid", { sub: undefined }, {}],
    ["token_claims_invalid", { nbf: 4_000_000_000, exp: 5_000_000_000 }, {}],
  ])("%s: %j", async (code, claims, how) => {
    const h = createHarness();
    const authorization = `Bearer ${await sign(h, claims, how)}`;
    const { status, body } = await h.request("GET", PATH, { as: null, headers: { authorization } });
    expect([status, body.code]).toEqual([401, code]);
  });

  test("token_malformed: what is no token at all", async () => {
    const h = createHarness();
    for (const token of ["x", "a.b.c", "e30.e30.", `${"x".repeat(9_000)}.y.z`]) {
      const headers = { authorization: `Bearer ${token}` };
      const { status, body } = await h.request("GET", PATH, { as: null, headers });
      expect([token.slice(0, 9), status, body.code]).toEqual([token.slice(0, 9), 401, "token_malformed"]);
    }
  });

  test("unauthorized: there is none", async () => {
    const h = createHarness({ vars: { OPEN_CONTRACTS: "" } });
    const { status, body } = await h.request("GET", PATH, { as: null });
    expect([status, body.code]).toEqual([401, "unauthorized"]);
  });

  test("a refused role is given the reason, where a call without a token is allowed", async () => {
    const as = { role: "user", sub: "u" } as const;
    const tell = async (vars: Record<string, string>) =>
      (await createHarness({ vars }).request("POST", "/api/v1/notifications", { as, body: {} })).body.detail;
    expect(await tell({ OPEN_CONTRACTS: "push-notifications" })).toMatch(
      /the token's role is user\. OPEN_CONTRACTS opens this contract to calls without a token/,
    );
    expect(await tell({ OPEN_CONTRACTS: "" })).toMatch(/the token's role is user\.$/);
  });
});

describe("an Authorization header", () => {
  test.each([
    "",
    "Bearer",
    "Bearer ",
    "Basic dTpw",
    "Bearer a b",
    "Bearer a.b",
    "Bearer ...",
    "Bearer a.b.c.d.e",
    "Token x",
  ])("%j is refused, with a challenge", async (authorization) => {
    const h = createHarness();
    const answer = await h.request("GET", PATH, { as: null, headers: { authorization } });
    expect([answer.status, answer.body.code]).toEqual([401, "token_malformed"]);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_(token|request)"$/);
  });

  test("that is missing is asked for where the contract is closed", async () => {
    const h = createHarness({ vars: { OPEN_CONTRACTS: "" } });
    const answer = await h.request("GET", PATH, { as: null });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });

  test("with a token for an issuer and an audience other than ours is refused, once these are configured", async () => {
    const h = createHarness({ vars: { JWT_ISSUER: "https://us", JWT_AUDIENCE: "tidings" } });
    const statusOf = async (claims: object) => statusWith(h, `Bearer ${await sign(h, claims)}`);
    expect(await statusOf({ iss: "https://us", aud: "tidings" })).toBe(200);
    expect(await statusOf({ iss: "https://us", aud: ["other", "tidings"] })).toBe(200);
    expect(await statusOf({ iss: "https://us", aud: "other" })).toBe(401);
    expect(await statusOf({ iss: "https://them", aud: "tidings" })).toBe(401);
    expect(await statusOf({ iss: "https://us" })).toBe(401);
    expect(await statusOf({ aud: "tidings" })).toBe(401);
  });
});
