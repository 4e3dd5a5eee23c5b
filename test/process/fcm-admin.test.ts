import { Agent } from "node:https";
import { connect } from "node:net";
import { cert, deleteApp, initializeApp, type App } from "firebase-admin/app";
import { getMessaging, type Message, type Messaging } from "firebase-admin/messaging";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { PushMessage } from "../../src/channels/push/provider.ts";
import { toFcmMessage } from "../../src/channels/push/providers/fcm/mapping.ts";
import { fcmTokenOf } from "../support/sandbox/fcm/account.ts";
import { type ServedFcmSandbox, serveFcmSandbox } from "../support/sandbox/fcm/serve.ts";

// Runs Google's own client against the sandbox. If that works, the sandbox is close enough to FCM for the tests of our provider.

let served: ServedFcmSandbox;
let app: App;
let messaging: Messaging;

beforeAll(async () => {
  served = await serveFcmSandbox();
  // The client goes to Google's hosts and to no other: this takes it to the sandbox, without TLS.
  vi.spyOn(Agent.prototype, "createConnection").mockImplementation(() => connect(served.port, "127.0.0.1"));
  const { project_id: projectId, client_email: clientEmail, private_key: privateKey } = served.account;
  app = initializeApp({
    credential: cert({ projectId, clientEmail, privateKey }),
  });
  messaging = getMessaging(app);
  messaging.enableLegacyHttpTransport();
});
beforeEach(() => served.sandbox.reset());
afterAll(async () => {
  vi.restoreAllMocks();
  await deleteApp(app);
  await served.close();
});

const token = fcmTokenOf("a");
const told = () => served.sandbox.accepted.map(({ message }) => message);

test("Google's client gets an access token for what its key signs, and sends with it", async () => {
  const name = await messaging.send({
    token,
    notification: { title: "Hello", body: "you" },
    data: { a: "1" },
  });
  expect(name).toBe(served.sandbox.accepted[0]?.name);
  expect(told()).toMatchObject([{ token, notification: { title: "Hello", body: "you" }, data: { a: "1" } }]);
});

test("what we send with every option arrives as what Google's client makes of the same", async () => {
  const options = {
    sound: "bell.caf",
    badge: 3,
    priority: "high",
    subtitle: "Week 3",
    channel_id: "training",
    interruption_level: "time-sensitive",
    mutable_content: true,
    category_id: "workout",
    image: "https://cdn.example.com/run.png",
    content_available: true,
  } as const;
  const expiresAt = 1_774_512_000_000;
  const message: PushMessage = {
    token,
    app: null,
    keys: null,
    title: "Hello",
    body: "you",
    data: { a: 1 },
    options,
    collapseId: "019a5f3e-1d2c-7abc-8def-0123456789ab",
    expiresAt,
  };
  const asGoogles: Message = {
    token,
    notification: { title: "Hello", body: "you", imageUrl: options.image },
    data: { a: "1" },
    android: {
      ttl: 60_000,
      priority: "high",
      notification: { channelId: "training", tag: message.collapseId, sound: "bell.caf" },
    },
    apns: {
      headers: {
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-collapse-id": message.collapseId,
        "apns-expiration": "1774512000",
      },
      payload: {
        aps: {
          alert: { title: "Hello", subtitle: "Week 3", body: "you" },
          sound: "bell.caf",
          badge: 3,
          category: "workout",
          mutableContent: true,
          contentAvailable: true,
          "interruption-level": "time-sensitive",
        },
      },
      fcmOptions: { imageUrl: options.image },
    },
    webpush: {
      headers: { TTL: "60", Urgency: "high", Topic: "019a5f3e1d2c7abc8def0123456789ab" },
      notification: { tag: message.collapseId },
    },
  };
  await messaging.send(asGoogles);
  const ours: unknown = JSON.parse(JSON.stringify(toFcmMessage(message, expiresAt - 60_000)));
  expect(canonical(ours)).toEqual(canonical(told()[0]));
});

/** Google takes names in camel case and as the protocol buffer has them, and a priority in small letters. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      name === "priority" ? String(member).toUpperCase() : canonical(member),
    ]),
  );
}

test.each([
  ["UNREGISTERED", "messaging/registration-token-not-registered"],
  ["SENDER_ID_MISMATCH", "messaging/mismatched-credential"],
  ["QUOTA_EXCEEDED", "messaging/message-rate-exceeded"],
  ["THIRD_PARTY_AUTH_ERROR", "messaging/third-party-auth-error"],
  ["UNAVAILABLE", "messaging/server-unavailable"],
  ["INTERNAL", "messaging/internal-error"],
])("%s is what Google's client calls %s", async (code, theirs) => {
  served.sandbox.settings.tokenErrors.set(token, code);
  await expect(messaging.send({ token, data: { a: "1" } })).rejects.toMatchObject({ code: theirs });
});

test.each([
  ["a token that is none", { token: "abc", data: { a: "1" } }],
  ["a message that is too big", { token, data: { a: "x".repeat(4_096) } }],
])("%s is refused as Google's client expects", async (_, message) => {
  await expect(messaging.send(message)).rejects.toMatchObject({ code: "messaging/invalid-argument" });
});

test("a dry run is no message", async () => {
  await messaging.send({ token, data: { a: "1" } }, true);
  expect(told()).toEqual([]);
});
