import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthenticate } from "../../src/auth/authenticate.ts";
import { canonicalAddress } from "../../src/lib/address.ts";
import { createHarness, mint } from "../support/harness.ts";
import { hmacToken } from "../security/tokens.ts";

const NOW = Date.UTC(2026, 2, 26, 8, 0, 0);
const authenticate = createAuthenticate(
  { kind: "secret", secret: env.JWT_SECRET, issuer: undefined, audience: undefined },
  fetch,
);

/** Who a token with these claims says that its bearer is. */
const whoIs = async (claims: object) => {
  const all = { sub: "usr_kari", role: "coordinator", exp: NOW / 1_000 + 60, ...claims };
  return authenticate(await hmacToken({ alg: "HS256" }, all), NOW);
};

const nobodyKnown = { orgId: null, email: null, emailVerified: false, name: null };

describe("a claim that only describes the user", () => {
  test.each<[object, object]>([
    [{ email: null, email_verified: null, name: null, org_id: null }, {}],
    [{ email: "", email_verified: "", name: "", org_id: "" }, {}],
    [{ email: "no address", email_verified: true }, {}],
    [{ email: "kari@example", email_verified: true }, {}],
    [{ email: ["kari@example.com"], name: { first: "Kari" }, email_verified: [true] }, {}],
    [{ email: 7, name: 7, email_verified: 1 }, {}],
    [{ email: `${"a".repeat(300)}@example.com` }, {}],
    [{ name: "x".repeat(201) }, {}],
    [{ name: "a\0b" }, {}],
    [{ name: "\uD800" }, {}],
    [{ name: "  " }, {}],
    [{ name: " Kari Nordmann " }, { name: "Kari Nordmann" }],
    [{ email: "a&b@Example.com" }, { email: "a&b@example.com" }],
    [{ email: " kari@bücher.example " }, { email: "kari@xn--bcher-kva.example" }],
    [
      { email: "kari@example.com", email_verified: "true" },
      { email: "kari@example.com", emailVerified: true },
    ],
    [
      { email: "kari@example.com", email_verified: "True" },
      { email: "kari@example.com", emailVerified: true },
    ],
    [{ email: "kari@example.com", email_verified: "false" }, { email: "kari@example.com" }],
    [{ email: "kari@example.com", email_verified: "yes" }, { email: "kari@example.com" }],
    [{ email: "kari@example.com", email_verified: 1 }, { email: "kari@example.com" }],
    [{ email_verified: true }, {}],
    [{ org_id: "org_1" }, { orgId: "org_1" }],
  ])("%j is read as meant, or counts as absent", async (claims, known) => {
    expect(await whoIs(claims)).toEqual({
      kind: "token",
      id: "usr_kari",
      role: "coordinator",
      ...nobodyKnown,
      ...known,
    });
  });

  test("decides nothing, whatever it is", async () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: "binary" }),
      fc.emailAddress(),
      fc.constantFrom("true", "false", "kari@bücher.example", "x".repeat(201)),
    );
    const claims = fc.record(
      { email: odd, email_verified: odd, name: odd, picture: odd },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(claims, async (some) => {
        const { id, role, orgId, email, emailVerified, name } = await whoIs(some);
        expect([id, role, orgId]).toEqual(["usr_kari", "coordinator", null]);
        expect(email === null || canonicalAddress(email) === email).toBe(true);
        expect(emailVerified).toBe(
          email !== null &&
            /^true$/i.test(String(some.email_verified)) &&
            !Array.isArray(some.email_verified),
        );
        expect(name === null || (name.length <= 200 && name.trim() === name && name !== "")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("does not keep its user from being made known", async () => {
    const h = createHarness();
    const sub = mint("usr");
    const as = { sub, email: "no address", claims: { name: "a\0b", email_verified: "true", org_id: "" } };
    expect((await h.request("GET", "/api/v1/notifications/preferences", { as })).status).toBe(200);
    expect((await h.request("GET", `/api/v1/directory/users/${sub}`)).body).toMatchObject({
      org_id: null,
      name: null,
      email: null,
      email_verified: false,
    });
  });
});

describe("a claim that says what the caller may do", () => {
  test.each<object>([
    { sub: "" },
    { sub: null },
    { sub: "a b" },
    { role: null },
    { role: "" },
    { role: "root" },
    { org_id: "a b" },
    { org_id: " " },
    { org_id: 7 },
    { org_id: ["org_1"] },
    { org_id: false },
  ])("must be right: %j is refused", async (claims) => {
    await expect(whoIs(claims)).rejects.toMatchObject({ problem: "unauthorized" });
  });
});
