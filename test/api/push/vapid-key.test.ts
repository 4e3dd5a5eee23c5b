import { describe, expect, test } from "vitest";
import { createHarness } from "../../support/harness.ts";
import { VAPID, VAPID_VARS } from "../../channels/push/webpush-fixture.ts";

const PATH = "/api/v1/push/vapid-key";

describe(`GET ${PATH}`, () => {
  test("gives everybody the public key, and never the private one", async () => {
    const h = createHarness({ vars: VAPID_VARS });
    const { status, body } = await h.request("GET", PATH, { as: null });
    expect([status, body]).toEqual([200, { app: null, public_key: VAPID.publicKey }]);
  });

  test("may be cached, and asks nothing of the database", async () => {
    const h = createHarness({ vars: VAPID_VARS });
    h.meter.reset();
    const { headers } = await h.request("GET", PATH, { as: null });
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    expect(headers.get("x-d1-bookmark")).toBeNull();
    expect(h.meter.trips).toBe(0);
  });

  test("gives an app its own", async () => {
    const shop = { public_key: VAPID.publicKey, private_key: VAPID.privateKey };
    const h = createHarness({
      vars: { VAPID_KEYS: JSON.stringify({ shop }), VAPID_SUBJECT: VAPID.subject },
    });
    expect((await h.request("GET", `${PATH}?app=shop`, { as: null })).body).toEqual({
      app: "shop",
      public_key: VAPID.publicKey,
    });
    for (const query of ["", "?app=kiosk", "?app=constructor"])
      expect((await h.request("GET", PATH + query, { as: null })).status).toBe(404);
    expect((await h.request("GET", `${PATH}?app=${"a".repeat(65)}`, { as: null })).status).toBe(400);
  });

  test("may be asked by pages of allowed origins", async () => {
    const h = createHarness({ vars: { ...VAPID_VARS, CORS_ORIGINS: "https://shop.example" } });
    const headers = { origin: "https://shop.example" };
    const answer = await h.request("GET", PATH, { as: null, headers });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(answer.headers.get("vary")).toContain("Origin");
  });
});

describe("GET /push-sw.js", () => {
  test("is a script that service workers of other sites may load", async () => {
    const { status, headers, body } = await createHarness().request("GET", "/push-sw.js", { as: null });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("cache-control")).toBe("public, max-age=3600");
    expect(body).toContain('addEventListener("push"');
  });
});
