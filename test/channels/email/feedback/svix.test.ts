import { describe, expect, it } from "vitest";
import { createSvixVerifier } from "../../../../src/channels/email/providers/resend/svix.ts";
import { NOW } from "../fixtures.ts";

/** The example of Svix's documentation (docs.svix.com/receiving/verifying-payloads/how-manual), signed by Svix. */
const SVIX = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: "1614265330",
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  body: '{"test": 2432232314}',
};
const AT = 1_614_265_330_000;

const svix = (change: Record<string, string> = {}) =>
  new Headers({
    "svix-id": SVIX.id,
    "svix-timestamp": SVIX.timestamp,
    "svix-signature": SVIX.signature,
    ...change,
  });

const verify = createSvixVerifier([SVIX.secret]);

/** Signs as both specifications say, without the library. */
async function signed(secret: string, id: string, seconds: number, body: string): Promise<string> {
  const raw = Uint8Array.from(atob(secret.replace("whsec_", "")), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
}

describe("a webhook signed with our secret", () => {
  it("is taken, with the id that stays the same in repeats", async () => {
    expect(await verify(svix(), SVIX.body, AT)).toEqual({ ok: true, id: SVIX.id });
  });

  it("may use the header names of Standard Webhooks", async () => {
    const headers = new Headers({
      "webhook-id": SVIX.id,
      "webhook-timestamp": SVIX.timestamp,
      "webhook-signature": SVIX.signature,
    });
    expect(await verify(headers, SVIX.body, AT)).toEqual({ ok: true, id: SVIX.id });
  });

  it("may have several signatures, of which one is by a secret of ours", async () => {
    const other = `v1,${btoa("x".repeat(32))}`;
    const signatures = `${other} v2,abc v1a,def ${SVIX.signature}`;
    expect((await verify(svix({ "svix-signature": signatures }), SVIX.body, AT)).ok).toBe(true);
  });

  it("is taken by the old secret and by the new one while they are rotated", async () => {
    const secret = `whsec_${btoa("a new secret of 24 bytes")}`;
    const rotating = createSvixVerifier([secret, SVIX.secret]);
    const body = '{"type":"email.delivered","data":{"subject":"Grüße 🎉"}}';
    const signature = await signed(secret, "msg_1", NOW / 1_000, body);
    const headers = svix({
      "svix-id": "msg_1",
      "svix-timestamp": String(NOW / 1_000),
      "svix-signature": signature,
    });
    expect((await rotating(svix(), SVIX.body, AT)).ok).toBe(true);
    expect((await rotating(headers, body, NOW)).ok).toBe(true);
    expect((await verify(headers, body, NOW)).ok).toBe(false);
  });

  it.each([-300_000, -1_000, 0, 300_000])("may be %i ms off our clock", async (off) => {
    expect((await verify(svix(), SVIX.body, AT + off)).ok).toBe(true);
  });
});

describe("a forgery", () => {
  it.each<[string, Record<string, string>, string, string]>([
    ["with another body", {}, '{"test": 2432232315}', "signature"],
    ["with another id", { "svix-id": "msg_other" }, SVIX.body, "signature"],
    ["with another time", { "svix-timestamp": "1614265331" }, SVIX.body, "signature"],
    ["with a signature cut short", { "svix-signature": SVIX.signature.slice(0, -4) }, SVIX.body, "signature"],
    ["with an empty signature", { "svix-signature": "v1," }, SVIX.body, "signature"],
    [
      "with a signature of another version",
      { "svix-signature": SVIX.signature.replace("v1,", "v2,") },
      SVIX.body,
      "signature",
    ],
    ["without a version", { "svix-signature": SVIX.signature.slice(3) }, SVIX.body, "signature"],
    ["without a signature", { "svix-signature": "" }, SVIX.body, "signature"],
    ["without an id", { "svix-id": "" }, SVIX.body, "missing_headers"],
    ["without a time", { "svix-timestamp": "" }, SVIX.body, "missing_headers"],
    ["with a time that is none", { "svix-timestamp": "NaN" }, SVIX.body, "timestamp"],
    ["with a time and something after it", { "svix-timestamp": "1614265330abc" }, SVIX.body, "timestamp"],
  ])("%s is refused", async (_, change, body, code) => {
    expect(await verify(svix(change), body, AT)).toEqual({ ok: false, code });
  });

  it.each([-301_000, 301_000, 86_400_000])("or a replay %i ms off our clock is refused", async (off) => {
    expect(await verify(svix(), SVIX.body, AT + off)).toEqual({ ok: false, code: "timestamp" });
  });

  it("without any of the headers is refused", async () => {
    expect(await verify(new Headers(), SVIX.body, AT)).toEqual({ ok: false, code: "missing_headers" });
  });

  it("is refused where no secret is set up", async () => {
    expect(await createSvixVerifier([])(svix(), SVIX.body, AT)).toEqual({ ok: false, code: "signature" });
  });
});

it("a secret that is not base64 is found when the verifier is made, not with the first webhook", () => {
  expect(() => createSvixVerifier(["whsec_§§§"])).toThrow();
  expect(() => createSvixVerifier(["whsec_"])).toThrow();
});
