import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook } from "../../src/client/index.ts";
import { createHarness, mint } from "../support/harness.ts";
import { clientOf } from "./world.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const BODY =
  '{"type":"message.sent","version":1,"timestamp":"2026-03-26T08:00:00.000Z","data":{"id":"dsp_1"}}';

const signed = (secret: string, at = new Date()) => ({
  "webhook-id": "whm_1",
  "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
  "webhook-signature": new Webhook(secret).sign("whm_1", at, BODY),
});

test("reads a webhook that one of the secrets has signed, whatever form the headers have", async () => {
  const body = await verifyWebhook(BODY, new Headers(signed(SECRET)), SECRET);
  expect([body.type satisfies string, body.data["id"]]).toEqual(["message.sent", "dsp_1"]);
  const upper = Object.fromEntries(
    Object.entries(signed(SECRET)).map(([name, value]) => [name.toUpperCase(), value]),
  );
  expect((await verifyWebhook(BODY, upper, [OTHER, SECRET])).version).toBe(1);
});

test.each([
  ["another secret", BODY, signed(OTHER)],
  ["another body", BODY.replace("dsp_1", "dsp_2"), signed(SECRET)],
  ["an hour ago", BODY, signed(SECRET, new Date(Date.now() - 3_600_000))],
  ["no signature", BODY, {}],
])("refuses one of %s", async (_, body, headers) => {
  await expect(verifyWebhook(body, headers, SECRET)).rejects.toThrow();
});

test("refuses everything where there is no secret", async () => {
  await expect(verifyWebhook(BODY, signed(SECRET), [])).rejects.toThrow("No secret");
});

test("reads what the service sends to an endpoint, with the secret that it gave", async () => {
  // A receiver's clock is the real one.
  const h = createHarness({ now: Date.now() });
  const host = `${mint("hooks").replaceAll("_", "-")}.example.com`;
  const got: { body: string; headers: Headers }[] = [];
  h.hosts.set(host, async (_, init) => {
    got.push({ body: String(init?.body), headers: new Headers(init?.headers) });
    return new Response(null, { status: 204 });
  });
  const tidings = clientOf(h);
  const endpoint = await tidings.createWebhookEndpoint({ url: `https://${host}/tidings` });
  await tidings.testWebhookEndpoint(endpoint.id);
  await h.drain();
  const [first] = got;
  if (first === undefined) throw new Error("Nothing came");
  expect((await verifyWebhook(first.body, first.headers, endpoint.secret)).version).toBe(1);
});
