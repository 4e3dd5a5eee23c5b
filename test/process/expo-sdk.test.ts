import type { Expo as ExpoClient, ExpoPushMessage } from "expo-server-sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ExpoMessage, toExpoMessage } from "../../src/channels/push/providers/expo/mapping.ts";
import type { PushOptions } from "../../src/channels/push/options.ts";
import { serveExpoSandbox, type ServedExpoSandbox } from "../support/sandbox/serve.ts";

// Runs Expo's own client against the sandbox. If that works, the sandbox is close enough to Expo for the tests of our provider.

let served: ServedExpoSandbox;
let Expo: typeof ExpoClient;

beforeAll(async () => {
  served = await serveExpoSandbox();
  // The client reads this variable once, when it is loaded.
  process.env["EXPO_BASE_URL"] = served.url;
  ({ Expo } = await import("expo-server-sdk"));
});
beforeEach(() => served.sandbox.reset());
afterAll(() => served.close());

const token = (name: string | number) => `ExponentPushToken[${name}]`;
const control = (path: string, method = "GET", body?: unknown) =>
  fetch(`${served.url}/control/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

test("messages in chunks get a ticket each, also one message to many recipients", async () => {
  const expo = new Expo();
  const to = Array.from({ length: 250 }, (_, index) => token(index));
  const chunks = expo.chunkPushNotifications([{ to, title: "Hello", body: "all" }]);
  expect(chunks).toHaveLength(3);
  const tickets = (await Promise.all(chunks.map((chunk) => expo.sendPushNotificationsAsync(chunk)))).flat();
  expect(tickets.filter((ticket) => ticket.status === "ok")).toHaveLength(250);
  expect(served.sandbox.requests.map(({ size }) => size).toSorted((a, b) => a - b)).toEqual([50, 100, 100]);
  expect(new Set(served.sandbox.accepted.map((push) => push.token)).size).toBe(250);
});

test("one message in an array gets a list of one ticket", async () => {
  const tickets = await new Expo().sendPushNotificationsAsync([
    { to: token("a"), title: "Hello", body: "you" },
  ]);
  expect(tickets).toEqual([{ status: "ok", id: served.sandbox.accepted[0]?.ticket }]);
  expect(served.sandbox.accepted[0]).toMatchObject({ token: token("a"), title: "Hello", body: "you" });
});

/** What we send, as JSON: without undefined values. It does not compile where Expo's own type is another. */
type Ours = { [K in keyof ExpoMessage]: Exclude<ExpoMessage[K], undefined> };
function asJson(message: ExpoMessage): ExpoPushMessage {
  const ours: Ours = JSON.parse(JSON.stringify(message));
  return ours;
}

test("our messages with every option are Expo's own, and arrive as the client's do", async () => {
  const options = {
    sound: null,
    badge: 3,
    priority: "normal",
    ttl: 60,
    subtitle: "Week 3",
    channel_id: "training",
    interruption_level: "time-sensitive",
    mutable_content: true,
    category_id: "workout",
    image: "https://cdn.example.com/run.png",
    content_available: true,
  } satisfies Required<PushOptions>;
  const shared = {
    app: null,
    keys: null,
    data: { a: 1 },
    options,
    collapseId: "c1",
    expiresAt: 1_774_512_000_000,
  };
  const shown = toExpoMessage({ token: token("a"), title: "Hello", body: "you", ...shared });
  const silent = toExpoMessage({ ...shared, token: token("b"), title: null, body: null, options: {} });
  const asExpos: ExpoPushMessage = {
    to: token("a"),
    title: "Hello",
    subtitle: "Week 3",
    body: "you",
    data: { a: 1 },
    sound: null,
    badge: 3,
    priority: "normal",
    interruptionLevel: "time-sensitive",
    channelId: "training",
    categoryId: "workout",
    mutableContent: true,
    richContent: { image: "https://cdn.example.com/run.png" },
    contentAvailable: true,
    expiration: 1_774_512_000,
    collapseId: "c1",
    tag: "c1",
  };
  await new Expo().sendPushNotificationsAsync([asExpos, asJson(silent)]);
  const { to: _, ...expected } = asJson(shown);
  expect(served.sandbox.accepted.map(({ message }) => message)).toEqual([
    expected,
    { data: { a: 1 }, priority: "normal", expiration: 1_774_512_000, collapseId: "c1" },
  ]);
});

test("one message without an array gets one ticket without a list, as documented", async () => {
  const response = await fetch(`${served.url}/--/api/v2/push/send`, {
    method: "POST",
    body: JSON.stringify({ to: token("a"), body: "hello" }),
  });
  expect(await response.json()).toEqual({ data: { status: "ok", id: served.sandbox.accepted[0]?.ticket } });
});

test("compressed requests are understood", async () => {
  const expo = new Expo();
  await expo.sendPushNotificationsAsync([{ to: token("a"), body: "x".repeat(2_000) }]);
  await expo.sendPushNotificationsAsync([{ to: token("b"), body: "short" }]);
  expect(served.sandbox.requests.map(({ gzip }) => gzip)).toEqual([true, false]);
  expect(served.sandbox.accepted[0]?.body).toHaveLength(2_000);
});

test("errors of single messages are tickets", async () => {
  await control("settings", "PATCH", { ticketErrors: { [token("dead")]: "DeviceNotRegistered" } });
  const tickets = await new Expo().sendPushNotificationsAsync([
    { to: token("dead"), body: "a" },
    { to: token("big"), body: "x".repeat(4_096) },
    { to: token("fine"), body: "c" },
  ]);
  expect(tickets).toMatchObject([
    { status: "error", details: { error: "DeviceNotRegistered", expoPushToken: token("dead") } },
    { status: "error", details: { error: "MessageTooBig" } },
    { status: "ok" },
  ]);
});

test("receipts come by id, and unknown ids are missing", async () => {
  const expo = new Expo();
  await control("settings", "PATCH", { receiptErrors: { [token("dead")]: "DeviceNotRegistered" } });
  await expo.sendPushNotificationsAsync([{ to: [token("dead"), token("fine")], body: "a" }]);
  const [dead = "", fine = ""] = served.sandbox.accepted.map((push) => push.ticket);
  const [ids = []] = expo.chunkPushNotificationReceiptIds([dead, fine, "unknown"]);
  expect(await expo.getPushNotificationReceiptsAsync(ids)).toEqual({
    [dead]: expect.objectContaining({
      status: "error",
      details: expect.objectContaining({ error: "DeviceNotRegistered" }),
    }),
    [fine]: { status: "ok" },
  });
});

test("errors of whole requests carry Expo's code", async () => {
  const expo = new Expo();
  const send = (count: number) =>
    expo.sendPushNotificationsAsync(
      Array.from({ length: count }, (_, index) => ({ to: token(index), body: "a" })),
    );

  await expect(send(101)).rejects.toMatchObject({ code: "PUSH_TOO_MANY_NOTIFICATIONS", statusCode: 400 });
  await expect(
    expo.getPushNotificationReceiptsAsync(Array.from({ length: 1_001 }, (_, index) => `id-${index}`)),
  ).rejects.toMatchObject({ code: "PUSH_TOO_MANY_RECEIPTS" });

  await control("settings", "PATCH", { projects: { [token(1)]: "@other/app" } });
  await expect(send(2)).rejects.toMatchObject({
    code: "PUSH_TOO_MANY_EXPERIENCE_IDS",
    details: { "@tidings/app": [token(0)], "@other/app": [token(1)] },
  });

  await control("reset", "POST");
  await control("settings", "PATCH", { accessToken: "s3cret" });
  await expect(send(1)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  const authorized = new Expo({ accessToken: "s3cret" });
  await expect(authorized.sendPushNotificationsAsync([{ to: token(0), body: "a" }])).resolves.toHaveLength(1);
});

test("after a 429 the client tries again", async () => {
  await control("fail-next", "POST", { fault: { kind: "throttle", retryAfter: "1" }, times: 2 });
  const expo = new Expo({ retryMinTimeout: 1 });
  const tickets = await expo.sendPushNotificationsAsync([{ to: token("a"), body: "a" }]);
  expect(tickets).toMatchObject([{ status: "ok" }]);
  expect(served.sandbox.requests).toHaveLength(3);
});

test("requests above the rate get 429", async () => {
  await control("settings", "PATCH", { ratePerSecond: 1 });
  const expo = new Expo({ retryMinTimeout: 1 });
  const messages = [token("a"), token("b")].map((to) => ({ to, body: "a" }));
  await expect(expo.sendPushNotificationsAsync(messages)).rejects.toMatchObject({
    code: "TOO_MANY_REQUESTS",
  });
  expect(served.sandbox.accepted).toEqual([]);
});

test("a dropped connection breaks the socket, before or after the messages were accepted", async () => {
  const expo = new Expo();
  const send = () => expo.sendPushNotificationsAsync([{ to: token("a"), body: "a", collapseId: "x" }]);
  await control("fail-next", "POST", { fault: { kind: "drop" } });
  await expect(send()).rejects.toThrow("fetch failed");
  expect(served.sandbox.timesGiven("x", token("a"))).toBe(0);

  await control("fail-next", "POST", { fault: { kind: "drop", accept: true } });
  await expect(send()).rejects.toThrow("fetch failed");
  const accepted = await control(`accepted?collapse_id=x&token=${encodeURIComponent(token("a"))}`);
  expect(await accepted.json()).toMatchObject({ count: 1 });
});

test("a short list of tickets and a page of HTML are refused by the client as well", async () => {
  const expo = new Expo();
  const messages = [token("a"), token("b")].map((to) => ({ to, body: "a" }));
  await control("fail-next", "POST", { fault: { kind: "tickets", change: -1 } });
  await expect(expo.sendPushNotificationsAsync(messages)).rejects.toThrow(
    "Expected Expo to respond with 2 tickets",
  );
  await control("fail-next", "POST", { fault: { kind: "html", status: 502 } });
  await expect(expo.sendPushNotificationsAsync(messages)).rejects.toMatchObject({ statusCode: 502 });
});

test("a request can hang until its client gives up, although the messages were accepted", async () => {
  await control("fail-next", "POST", { fault: { kind: "hang", accept: true } });
  const request = fetch(`${served.url}/--/api/v2/push/send`, {
    method: "POST",
    body: JSON.stringify([{ to: token("a"), body: "a", collapseId: "x" }]),
    signal: AbortSignal.timeout(200),
  });
  await expect(request).rejects.toMatchObject({ name: "TimeoutError" });
  expect(served.sandbox.timesGiven("x", token("a"))).toBe(1);
});

test("the controls refuse what they do not understand", async () => {
  expect((await control("fail-next", "POST", { fault: { kind: "explode" } })).status).toBe(400);
  expect((await control("settings", "PATCH", { latency: 5 })).status).toBe(400);
  expect(await (await control("requests")).json()).toEqual({ count: 0, requests: [] });
});
