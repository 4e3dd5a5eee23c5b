import { describe, expect, test } from "vitest";
import {
  CERTIFICATE_URL,
  OTHER_CERTIFICATE,
  snsMessage,
  SUBSCRIBE_URL,
  TOPIC,
} from "../channels/email/feedback/sns-signer.ts";
import { createHarness, tokenFor } from "../support/harness.ts";
import { everything } from "./stored.ts";
import { givenTarget } from "./target.ts";
import {
  CREDENTIALS,
  expectRefused,
  givenWorld,
  isoNow,
  type Make,
  type Post,
  SECRET,
  type World,
} from "./webhook-world.ts";

const resendEvent = (world: World): string =>
  JSON.stringify({
    type: "email.complained",
    created_at: isoNow(world),
    data: {
      email_id: crypto.randomUUID(),
      to: [`${world.target.marker}@example.com`],
      tags: { tidings_dispatch: world.target.mail },
    },
  });

/** Signed as Svix's specification says, without the library. */
async function svix(
  world: World,
  { secret = SECRET, ageSeconds = 0, version = "v1", id = "msg_1" } = {},
): Promise<Post> {
  const raw = Uint8Array.from(atob(secret.replace("whsec_", "")), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const body = resendEvent(world);
  const seconds = Math.floor(world.h.clock.now() / 1_000) - ageSeconds;
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  const signature = `${version},${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
  const headers = { "svix-id": id, "svix-timestamp": `${seconds}`, "svix-signature": signature };
  return { body, headers };
}

const changed =
  (headers: Record<string, string>, body = (text: string) => text): Make =>
  async (world) => {
    const right = await svix(world);
    return { body: body(right.body), headers: { ...right.headers, ...headers } };
  };

const OTHER_SECRET = `whsec_${btoa("x".repeat(24))}`;

describe("Resend's webhook refuses", () => {
  test.each<[string, Make]>([
    ["another secret", (world) => svix(world, { secret: OTHER_SECRET })],
    ["a call of six minutes ago, sent again", (world) => svix(world, { ageSeconds: 360 })],
    ["a call from the future", (world) => svix(world, { ageSeconds: -360 })],
    [
      "an old call with a new timestamp",
      async (world) => {
        const old = await svix(world, { ageSeconds: 3_600 });
        const now = `${Math.floor(world.h.clock.now() / 1_000)}`;
        return { ...old, headers: { ...old.headers, "svix-timestamp": now } };
      },
    ],
    ["a timestamp that is no number", changed({ "svix-timestamp": "NaN" })],
    ["a timestamp in exponents", changed({ "svix-timestamp": "1e10" })],
    ["another id, as if it were another event", changed({ "svix-id": "msg_2" })],
    ["another body", changed({}, (text) => text.replace("complained", "bounced"))],
    ["a body with a blank more", changed({}, (text) => `${text} `)],
    ["another version of signatures", (world) => svix(world, { version: "v2" })],
    ["an asymmetric signature's name", (world) => svix(world, { version: "v1a" })],
    ["an empty signature", changed({ "svix-signature": "" })],
    ["a version without a signature", changed({ "svix-signature": "v1," })],
    ["a hundred guesses", changed({ "svix-signature": "v1,AAAA ".repeat(100) })],
    ["nothing signed at all", (world) => ({ body: resendEvent(world), headers: {} })],
    [
      "a service's access token instead",
      async (world) => ({
        body: resendEvent(world),
        headers: {
          authorization: `Bearer ${await tokenFor({ role: "service", sub: "svc" }, world.h.clock.now())}`,
        },
      }),
    ],
  ])("%s", async (_, make) => {
    await expectRefused("/webhooks/resend", make, await givenWorld(), [403]);
  });

  test("nothing of what is right", async () => {
    const world = await givenWorld();
    const right = await svix(world);
    expect((await world.h.request("POST", "/webhooks/resend", { as: null, ...right })).status).toBe(200);
    expect((await everything()).join("\n")).toContain(
      `suppressions {"email":"${world.target.marker.toLowerCase()}@example.com"`,
    );
  });
});

const basic = (credentials: string) => `Basic ${btoa(credentials)}`;

const postmarkEvent = (world: World): string =>
  JSON.stringify({
    RecordType: "SpamComplaint",
    MessageID: crypto.randomUUID(),
    Metadata: { tidings_dispatch: world.target.mail },
    Email: `${world.target.marker}@example.com`,
    BouncedAt: isoNow(world),
  });

describe("Postmark's webhook refuses", () => {
  test.each<[string, Record<string, string>]>([
    ["another password", { authorization: basic("postmark:another-password-as-long") }],
    ["another user", { authorization: basic("admin:a-password-of-enough-length") }],
    ["a password cut short", { authorization: basic("postmark:a-password-of-enough-lengt") }],
    ["a password made longer", { authorization: basic(`${CREDENTIALS}x`) }],
    ["a password in capitals", { authorization: basic(CREDENTIALS.toUpperCase()) }],
    ["an empty password", { authorization: basic("postmark:") }],
    ["credentials in the clear", { authorization: `Basic ${CREDENTIALS}` }],
    ["credentials as a token", { authorization: `Bearer ${btoa(CREDENTIALS)}` }],
    ["credentials twice", { authorization: `${basic(CREDENTIALS)}, ${basic(CREDENTIALS)}` }],
    ["credentials elsewhere", { "proxy-authorization": basic(CREDENTIALS) }],
    ["none", {}],
  ])("%s", async (_, headers) => {
    const make: Make = (world) => ({ body: postmarkEvent(world), headers });
    await expectRefused("/webhooks/postmark", make, await givenWorld(), [403]);
  });

  test("nothing of what is right", async () => {
    const world = await givenWorld();
    const options = { as: null, body: postmarkEvent(world), headers: { authorization: basic(CREDENTIALS) } };
    expect((await world.h.request("POST", "/webhooks/postmark", options)).status).toBe(200);
    expect((await everything()).join("\n")).toContain("suppressions ");
  });
});

/** What SES tells by SNS, rightly signed. */
async function sns(world: World, change: Record<string, string> = {}): Promise<Post> {
  const Message = JSON.stringify({
    eventType: "Complaint",
    mail: { messageId: crypto.randomUUID(), tags: { tidings_dispatch: [world.target.mail] } },
    complaint: {
      complainedRecipients: [{ emailAddress: `${world.target.marker}@example.com` }],
      timestamp: isoNow(world),
    },
  });
  return { body: JSON.stringify(await snsMessage({ Message, ...change })), headers: {} };
}

const altered =
  (change: Record<string, unknown>): Make =>
  async (world) => ({
    headers: {},
    body: JSON.stringify({ ...JSON.parse((await sns(world)).body), ...change }),
  });

describe("SES's webhook refuses", () => {
  const confirmation = { Type: "SubscriptionConfirmation", Token: "t", SubscribeURL: SUBSCRIBE_URL };

  test.each<[string, Make]>([
    ["another topic, though rightly signed", (world) => sns(world, { TopicArn: `${TOPIC}-of-others` })],
    ["a topic in capitals", (world) => sns(world, { TopicArn: TOPIC.toUpperCase() })],
    [
      "a certificate of another host",
      (world) => sns(world, { SigningCertURL: "https://evil.example/x.pem" }),
    ],
    [
      "a certificate in somebody's bucket",
      (world) =>
        sns(world, { SigningCertURL: "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem" }),
    ],
    [
      "a certificate without TLS",
      (world) => sns(world, { SigningCertURL: CERTIFICATE_URL.replace("https", "http") }),
    ],
    [
      "a subscription elsewhere",
      (world) => sns(world, { ...confirmation, SubscribeURL: "https://evil.example/" }),
    ],
    [
      "a subscription inside",
      (world) => sns(world, { ...confirmation, SubscribeURL: "http://169.254.169.254/" }),
    ],
    ["no JSON", () => ({ body: "hello", headers: {} })],
    ["an empty body", () => ({ body: "", headers: {} })],
  ])("%s, and fetches nothing", async (_, make) => {
    const world = await givenWorld();
    await expectRefused("/webhooks/ses", make, world, [403]);
    expect(world.asked).toEqual([]);
  });

  test.each<[string, Make]>([
    ["another message under the signature", altered({ Message: '{"eventType":"Complaint"}' })],
    ["a signature of something else", altered({ Signature: btoa("x".repeat(256)) })],
    ["an empty signature", altered({ Signature: "" })],
    ["the weaker signature's name", altered({ SignatureVersion: "1" })],
    ["another time", altered({ Timestamp: "2030-01-01T00:00:00.000Z" })],
  ])("%s", async (_, make) => {
    await expectRefused("/webhooks/ses", make, await givenWorld(), [403]);
  });

  test("a signature by another certificate", async () => {
    await expectRefused("/webhooks/ses", sns, await givenWorld(OTHER_CERTIFICATE), [403]);
  });

  test("nothing of what is right", async () => {
    const world = await givenWorld();
    const { body } = await sns(world);
    expect((await world.h.request("POST", "/webhooks/ses", { as: null, body })).status).toBe(200);
    expect((await everything()).join("\n")).toContain("suppressions ");
    expect(world.asked).toEqual([CERTIFICATE_URL]);
  });
});

test.each(["ses", "resend", "postmark"])(
  "where %s is not configured its webhook takes nothing",
  async (name) => {
    const h = createHarness({ autoDrain: false });
    const world = { h, target: await givenTarget(h), asked: [] };
    const make = {
      ses: sns,
      resend: svix,
      postmark: (w: World) => ({ body: postmarkEvent(w), headers: {} }),
    }[name];
    if (make === undefined) throw new Error(name);
    await expectRefused(`/webhooks/${name}`, make, world, [403, 404]);
  },
);
