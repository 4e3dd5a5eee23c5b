import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../support/harness.ts";
import { browserWith, textOf } from "./browser.ts";

const TEAM = "acme.cloudflareaccess.com";
const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const VARS = { ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUDIENCE: AUDIENCE };
const HEADER = "cf-access-jwt-assertion";

let own: CryptoKeyPair;
let foreign: CryptoKeyPair;

beforeAll(async () => {
  own = await generateKeyPair("RS256", { extractable: true });
  foreign = await generateKeyPair("RS256", { extractable: true });
});

/** A service behind Access, whose keys are served as Access does. */
function given(vars: Record<string, string> = VARS) {
  const h = createHarness({ vars });
  const asked: string[] = [];
  h.hosts.set(TEAM, async (url) => {
    asked.push(url);
    return Response.json({
      keys: [{ ...(await exportJWK(own.publicKey)), kid: "k1", alg: "RS256", use: "sig" }],
    });
  });
  return { h, asked };
}

/** An assertion as Access makes it for a person. */
const assertion = (
  h: Harness,
  change: { iss?: string; aud?: string; exp?: number; key?: CryptoKey } = {},
) => {
  const now = Math.floor(h.clock.now() / 1_000);
  return new SignJWT({ email: "kari@acme.example", type: "app", identity_nonce: "6ei69kawdKzMIAPF" })
    .setProtectedHeader({ alg: "RS256", kid: "k1", typ: "JWT" })
    .setSubject("7335d417-61da-459d-899c-0a01c76a2f94")
    .setIssuer(change.iss ?? `https://${TEAM}`)
    .setAudience([change.aud ?? AUDIENCE])
    .setIssuedAt(now)
    .setExpirationTime(change.exp ?? now + 3_600)
    .sign(change.key ?? own.privateKey);
};

const visit = async (h: Harness, text: string) => browserWith(h, "").get("/console", { [HEADER]: text });

test("whoever Access has let in is a global_admin, without a session of ours", async () => {
  const { h, asked } = given();
  const { status, body } = await visit(h, await assertion(h));
  expect(status).toBe(200);
  expect(textOf(body)).toContain("7335d417-61da-459d-899c-0a01c76a2f94 global_admin");
  expect(textOf(body)).not.toContain("kari@acme.example");
  expect(asked).toEqual([`https://${TEAM}/cdn-cgi/access/certs`]);
  expect(h.logged.join()).not.toContain("kari@acme.example");
});

describe("who is not let in", () => {
  test.each([
    ["of another application", { aud: "another" }],
    ["of another team", { iss: "https://evil.cloudflareaccess.com" }],
    ["that has expired", { exp: 1 }],
  ])("an assertion %s", async (_, change) => {
    const { h } = given();
    expect((await visit(h, await assertion(h, change))).status).toBe(303);
  });

  test("an assertion by another key, and text that is none", async () => {
    const { h } = given();
    expect((await visit(h, await assertion(h, { key: foreign.privateKey }))).status).toBe(303);
    expect((await visit(h, "none")).status).toBe(303);
  });

  test("anybody with the header where Access is not configured", async () => {
    const { h, asked } = given({});
    expect((await visit(h, await assertion(h))).status).toBe(303);
    expect(asked).toEqual([]);
  });

  test("a call of the API: Access is for the console alone", async () => {
    const { h } = given();
    const headers = { [HEADER]: await assertion(h) };
    expect((await h.request("GET", "/api/v1/types", { as: null, headers })).status).toBe(401);
  });
});

test("while Access's keys cannot be fetched, people are led to where they sign in", async () => {
  const { h } = given();
  h.hosts.set(TEAM, async () => new Response("down", { status: 503 }));
  expect((await visit(h, await assertion(h))).status).toBe(303);
});

test("who signs out is led to sign out of Access, too", async () => {
  const { h } = given();
  const headers = { [HEADER]: await assertion(h) };
  const { body } = await browserWith(h, "").post("/console/sign-out", {}, headers);
  expect(body).toContain('href="/cdn-cgi/access/logout"');
});
