import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { createHarness, type Harness, mint, tokenFor } from "../support/harness.ts";
import { expected } from "./callers.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { TABLE } from "./matrix.ts";
import { call, claims, hmacToken, ISSUER, secondsNow, unsigned } from "./tokens.ts";

// The single cases of HS256 and of key sets are in test/auth/jwt.test.ts and jwks.test.ts. Here every route is tried.

type Forge = (h: Harness) => Promise<string> | string;

const withClaims =
  (more: object): Forge =>
  (h) =>
    hmacToken({ alg: "HS256" }, claims(h, more));

/** What an attacker sends where JWT_SECRET is configured. */
const FORGED: Record<string, Forge> = {
  "alg none": (h) => `${unsigned(h, "none")}.`,
  "alg NoNe, with something for a signature": (h) => `${unsigned(h, "NoNe")}.AAAA`,
  "no alg": (h) => hmacToken({ typ: "JWT" }, claims(h)),
  "HS512 by the right secret": (h) => hmacToken({ alg: "HS512" }, claims(h), env.JWT_SECRET, "SHA-512"),
  "another secret": (h) => hmacToken({ alg: "HS256" }, claims(h), "\0"),
  "no signature": (h) => `${unsigned(h, "HS256")}.`,
  "expired for a minute": (h) => withClaims({ exp: secondsNow(h) - 60 })(h),
  "expired for ever": withClaims({ exp: -1 }),
  "no exp": withClaims({ exp: undefined }),
  "valid from tomorrow": (h) => withClaims({ nbf: secondsNow(h) + 86_400, exp: secondsNow(h) + 90_000 })(h),
  "another audience": withClaims({ aud: "other" }),
  "another issuer": withClaims({ iss: "https://evil.example" }),
  "no sub": withClaims({ sub: undefined }),
  "an unknown role": withClaims({ role: "root" }),
  "a huge claim": withClaims({ filler: "x".repeat(10_000) }),
  "a megabyte": () => "a".repeat(1_000_000),
};

/** Browsers need it before anybody has signed in. */
const PUBLIC_KEY = "GET /api/v1/push/vapid-key";

const guarded = Object.keys(TABLE).filter(
  (route) => route.includes("/api/") && !route.endsWith("/inbox/live") && route !== PUBLIC_KEY,
);

test("every route below /api is guarded by a token, but for those with a ticket or a public key", () => {
  expect(guarded.length).toBeGreaterThan(70);
  const unguarded = Object.entries(TABLE).flatMap(([route, [entry]]) =>
    entry !== undefined && expected(entry[0], false).nobody !== "401" ? [route] : [],
  );
  expect(unguarded.filter((route) => route.includes("/api/"))).toEqual([PUBLIC_KEY]);
});

const REFUSALS = ["token_expired", "token_malformed", "token_untrusted", "token_claims_invalid"];

// Open contracts: even there a token that is no good is refused.
describe.each(Object.entries(FORGED))("a token with %s", (_, forge) => {
  test("is refused by every route, and costs no look into the database", async () => {
    const h = createHarness({ vars: { JWT_ISSUER: ISSUER, JWT_AUDIENCE: "tidings" } });
    const lines = overhear(h);
    const token = await forge(h);
    h.meter.reset();
    const taken: string[] = [];
    for (const route of guarded) {
      const { status, body } = await call(h, route, `Bearer ${token}`);
      if (status !== 401 || !REFUSALS.includes(body.code)) taken.push(`${route} → ${status}`);
    }
    expect(taken).toEqual([]);
    expect(h.meter.statements).toEqual([]);
    expectCleanLog(lines, [token, token.slice(0, 200), env.JWT_SECRET]);
  });
});

test("the same token without its fault is taken: the forgeries above fail for what they are named after", async () => {
  const h = createHarness({ vars: { JWT_ISSUER: ISSUER, JWT_AUDIENCE: "tidings" } });
  const token = await withClaims({})(h);
  expect((await call(h, "GET /api/v1/notifications", `Bearer ${token}`)).status).toBe(200);
});

describe("claims of an odd type", () => {
  const h = createHarness();
  const rolesOf = async (more: object) => {
    const token = await withClaims(more)(h);
    const { status } = await call(h, "GET /api/v1/directory/users/{id}", `Bearer ${token}`);
    return status;
  };

  test.each<unknown>([
    7,
    1.5,
    true,
    null,
    {},
    ["svc"],
    { toString: "svc" },
    "",
    "a b",
    "a\nb",
    "a\0",
    "ａ",
    "../x",
    "x".repeat(129),
    "' OR '1'='1",
  ])("a sub that is %j is refused", async (sub) => {
    expect(await rolesOf({ sub })).toBe(401);
  });

  test.each<unknown>([
    "Service",
    "SERVICE",
    " service",
    "service ",
    "service,user",
    "service\0",
    "sеrvice",
    ["service"],
    { 0: "service" },
    true,
    1,
    null,
  ])("a role that is %j is refused, and not taken for a service's", async (role) => {
    expect(await rolesOf({ role })).toBe(401);
  });

  test("a role that hides in a prototype does not count", async () => {
    const sneaky = `{"sub":"usr","exp":${secondsNow(h) + 60},"__proto__":{"role":"service"},"constructor":{"role":"service"}}`;
    const signed = await hmacToken({ alg: "HS256" }, JSON.parse(sneaky));
    expect((await call(h, "GET /api/v1/directory/users/{id}", `Bearer ${signed}`)).status).toBe(403);
  });

  test.each(["__proto__", "constructor", "toString"])(
    "a user called %s has what is theirs, and no more",
    async (sub) => {
      const as = { role: "user" as const, sub };
      expect((await h.request("GET", "/api/v1/notifications/preferences", { as })).body.user_id).toBe(sub);
      expect((await h.request("GET", "/api/v1/inbox", { as })).body.data).toEqual([]);
      expect((await h.request("GET", "/api/v1/directory/users/x", { as })).status).toBe(403);
    },
  );
});

describe("a token that is right, but not in the Authorization header,", () => {
  const closed = () => createHarness({ vars: { OPEN_CONTRACTS: "" } });
  const path = "/api/v1/notifications/preferences";
  const statusOf = async (h: Harness, query: string, headers: Record<string, string>) =>
    (await h.request("GET", `${path}${query}`, { as: null, headers })).status;

  test("in the query, a cookie or another header is not looked at", async () => {
    const h = closed();
    const lines = overhear(h);
    const token = await tokenFor({ role: "service", sub: "svc" }, h.clock.now());
    for (const name of ["access_token", "token", "authorization", "jwt", "bearer"])
      expect(await statusOf(h, `?${name}=${token}`, {}), name).toBe(401);
    for (const name of [
      "x-authorization",
      "proxy-authorization",
      "x-access-token",
      "x-forwarded-user",
      "cookie",
    ])
      for (const value of [token, `Bearer ${token}`, `authorization=${token}`])
        expect(await statusOf(h, "", { [name]: value }), name).toBe(401);
    expectCleanLog(lines, [token]);
  });

  test("in the body is an unknown field", async () => {
    const h = closed();
    const token = await tokenFor({ role: "service", sub: "svc" }, h.clock.now());
    const body = { access_token: token, match_threshold: 1 };
    expect((await h.request("PATCH", path, { as: null, body })).status).toBe(401);
  });

  test("twice in the header, next to another or to itself, is refused", async () => {
    const h = closed();
    const app = createApp(() => h.deps);
    const [good, other] = await Promise.all(
      ["svc", mint("svc")].map((sub) => tokenFor({ role: "service", sub }, h.clock.now())),
    );
    for (const tokens of [
      [good, other],
      [good, good],
      ["x.y.z", good],
      [good, "x.y.z"],
    ]) {
      const headers = new Headers();
      for (const token of tokens) headers.append("authorization", `Bearer ${token}`);
      const { status } = await app.fetch(
        new Request(`http://tidings.test${path}`, { headers }),
        h.deps.bindings,
      );
      expect(status).toBe(401);
    }
  });
});
