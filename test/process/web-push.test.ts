import { execFile } from "node:child_process";
import { createECDH } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseEnv, promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import webPush from "web-push";
import { z } from "zod";
import { createServiceOf } from "../../src/channels/push/providers/webpush/services.ts";
import { createAuthorize } from "../../src/channels/push/providers/webpush/vapid.ts";
import { createWebPushProvider } from "../../src/channels/push/providers/webpush/index.ts";
import { ROOT } from "../../src/cli/project.ts";
import { createVapidKeys } from "../../src/cli/vapid-keys.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createWebPushSandbox } from "../support/sandbox/webpush.ts";

// The client of web-push-libs, which most servers use, against the sandbox; and what we send, read by the library that this
// client encrypts with. Neither shares code with ours.

const subject = "mailto:push@tidings.example";
const keys = createVapidKeys();

let sandbox: ReturnType<typeof createWebPushSandbox>;
beforeEach(() => {
  sandbox = createWebPushSandbox();
});

/** The request that the client would make. It makes https only, and the sandbox has no certificate. */
function requestOf(
  to: webPush.PushSubscription,
  payload: string,
  options: webPush.RequestOptions = {},
): [url: string, init: RequestInit] {
  const vapidDetails = { subject, ...keys };
  const made = webPush.generateRequestDetails(to, payload, { vapidDetails, ...options });
  const headers = Object.entries(made.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return [made.endpoint, { method: made.method, headers, body: new Uint8Array(made.body) }];
}

describe("a client that is not ours", () => {
  test("finds the sandbox to be a push service, and a browser there that can read", async () => {
    const to = await sandbox.subscribe(keys.publicKey);
    const options = { TTL: 60, urgency: "low", topic: "runs" } as const;
    const answer = await sandbox.fetch(...requestOf(to, JSON.stringify({ title: "Hei, Åse" }), options));
    expect(answer.status).toBe(201);
    expect(sandbox.accepted).toMatchObject([
      { payload: { title: "Hei, Åse" }, ttl: 60, urgency: "low", topic: "runs" },
    ]);
  });

  test("is refused where it should be", async () => {
    const to = await sandbox.subscribe(keys.publicKey);
    const ask = async (...request: Parameters<typeof requestOf>) =>
      (await sandbox.fetch(...requestOf(...request))).status;
    expect(await ask({ ...to, endpoint: `${to.endpoint}x` }, "{}")).toBe(404);
    expect(await ask(to, "x".repeat(3_994))).toBe(413);
    const others = { subject, ...createVapidKeys() };
    expect(await ask(to, "{}", { vapidDetails: others })).toBe(401);
    sandbox.unsubscribe(to.endpoint);
    expect(await ask(to, "{}")).toBe(410);
    expect(sandbox.accepted).toEqual([]);
  });

  test("accepts the keys that `npm run vapid` makes", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, "src/cli/vapid.ts")]);
    expect(stdout).toMatch(/^VAPID_PUBLIC_KEY=[\w-]{87}\nVAPID_PRIVATE_KEY=[\w-]{43}\n$/);
    expect(() => {
      const { VAPID_PUBLIC_KEY = "", VAPID_PRIVATE_KEY = "" } = parseEnv(stdout);
      webPush.setVapidDetails(subject, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY);
    }).not.toThrow();
    for (let i = 0; i < 300; i++) {
      const { publicKey, privateKey } = createVapidKeys();
      expect(() => webPush.setVapidDetails(subject, publicKey, privateKey)).not.toThrow();
      const pair = createECDH("prime256v1");
      pair.setPrivateKey(privateKey, "base64url");
      expect(pair.getPublicKey("base64url")).toBe(publicKey);
    }
  });
});

/** `http_ece`, which web-push encrypts with. */
const ece: unknown = createRequire(createRequire(import.meta.url).resolve("web-push"))("http_ece");
const { decrypt } = z
  .object({ decrypt: z.function({ input: [z.unknown(), z.unknown()], output: z.unknown() }) })
  .parse(ece);

test("what we send is read by another library with the subscription's own keys", async () => {
  const browser = createECDH("prime256v1");
  const p256dh = browser.generateKeys("base64url");
  const auth = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  const bodies: Buffer[] = [];
  const provider = createWebPushProvider({
    app: null,
    service: "google",
    fetch: async (_, { body }) => {
      if (!(body instanceof Uint8Array)) throw new Error("no bytes");
      bodies.push(Buffer.from(body));
      return new Response(null, { status: 201 });
    },
    clock: systemClock,
    serviceOf: createServiceOf([]),
    authorize: createAuthorize({ subject, ...keys }, systemClock),
  });
  const report = await provider.send(
    ["Hi", "Ωmega 🫐", "x".repeat(3_800)].map((body) => ({
      token: "https://fcm.googleapis.com/fcm/send/abc",
      app: null,
      keys: { p256dh, auth },
      title: "Hello",
      body,
      data: { n: 1 },
      options: {},
      collapseId: "01999999-0000-7000-8000-000000000001",
      expiresAt: null,
    })),
  );
  expect(report.outcomes.map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted"]);
  const read = bodies.map((body): unknown =>
    JSON.parse(String(decrypt(body, { version: "aes128gcm", privateKey: browser, authSecret: auth }))),
  );
  expect(read).toEqual(
    ["Hi", "Ωmega 🫐", "x".repeat(3_800)].map((body) => ({
      title: "Hello",
      body,
      data: { n: 1 },
      tag: "01999999-0000-7000-8000-000000000001",
    })),
  );
});
