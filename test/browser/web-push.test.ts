import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { createVapidKeys } from "../../src/cli/vapid-keys.ts";
import { ROOT } from "../../src/cli/project.ts";
import { build, type Production, startProduction, tokenFor } from "../proof/production.ts";
import { serveWebPushSandbox, type ServedWebPushSandbox } from "../support/sandbox/serve-webpush.ts";
import { launch } from "./chromium.ts";

// From a page of a customer's to a notification on the screen, as far as it goes without Google: only the subscription is of
// our own push service, and the browser is handed what that one has decrypted.

/** The page of src/api/README.md, as people copy it. */
const [, PAGE = ""] =
  /## Web Push in one page[^]*?```html\n([^]*?)```/.exec(
    readFileSync(join(ROOT, "src/api/README.md"), "utf8"),
  ) ?? [];

/** For what the browser does by itself, on a busy machine. */
const SOON = { timeout: 20_000 };

const keys = createVapidKeys();
let sandbox: ServedWebPushSandbox;
let service: Production;
let site: Server;
let browser: Browser;
/** Of the customer's site. */
let origin: string;

beforeAll(async () => {
  await build();
  sandbox = await serveWebPushSandbox();
  site = createServer((request, answer) => {
    const isWorker = request.url === "/push-sw.js";
    answer.setHeader("content-type", isWorker ? "text/javascript" : "text/html");
    answer.end(
      isWorker
        ? `self.TIDINGS = { icon: "/icon.png", home: "/start" };\nimportScripts("${service.origin}/push-sw.js");`
        : PAGE,
    );
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  const { port } = z.object({ port: z.int() }).parse(site.address());
  origin = `http://127.0.0.1:${port}`;
  service = await startProduction({
    vars: {
      PUSH_PROVIDERS: "webpush,log",
      VAPID_PUBLIC_KEY: keys.publicKey,
      VAPID_PRIVATE_KEY: keys.privateKey,
      VAPID_SUBJECT: "mailto:push@tidings.example",
      WEB_PUSH_HOSTS: sandbox.url,
      CORS_ORIGINS: origin,
    },
  });
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
  await sandbox.close();
  await new Promise((done) => site.close(done));
});

let context: BrowserContext;
let page: Page;
let troubles: string[];
beforeEach(async () => {
  sandbox.sandbox.accepted.length = 0;
  context = await browser.newContext({ permissions: ["notifications"] });
  page = await context.newPage();
  troubles = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  return () => context.close();
});

async function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(service.origin + path, {
    method,
    headers: {
      authorization: `Bearer ${await tokenFor({ sub: "browser-tests", role: "service" })}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const devicesOf = async (user: string) =>
  z
    .object({ tokens: z.array(z.object({ token: z.string(), platform: z.string() })) })
    .parse(await api("GET", `/api/v1/notifications/device-tokens?user_id=${user}`)).tokens;

const send = async (user: string, over: object) =>
  z
    .object({ status: z.string(), delivered_count: z.int(), failed_count: z.int() })
    .parse(
      await api("POST", "/api/v1/notifications", { user_id: user, title: "Hello", body: "You", ...over }),
    );

/** Opens the page as this user and presses its button. What the browser subscribes with goes to our own push service. */
async function subscribe(user: string): Promise<void> {
  await api("PUT", `/api/v1/directory/users/${user}?notify=false`, { email: `${user}@example.com` });
  await page.exposeFunction("subscribeThere", (key: string) => sandbox.sandbox.subscribe(key));
  await page.addInitScript(`PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new Error("a push that is not shown");
    const made = await subscribeThere(applicationServerKey);
    return { toJSON: () => made };
  };`);
  const token = await tokenFor({ sub: user, role: "user" });
  await page.goto(`${origin}/#api=${encodeURIComponent(service.origin)}&token=${token}&user=${user}`);
  await page.getByRole("button").click();
  await expect.poll(() => devicesOf(user), SOON).toHaveLength(1);
}

const registrations = z.array(z.object({ registrationId: z.string(), isDeleted: z.boolean() }));

/** Hands a push's text to the browser, as its push service would. */
async function delivery(): Promise<(payload: unknown) => Promise<void>> {
  const session: CDPSession = await context.newCDPSession(page);
  const registered = new Promise<string>((found) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: seen }) => {
      const living = registrations.parse(seen).find(({ isDeleted }) => !isDeleted);
      if (living !== undefined) found(living.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  return async (payload) => {
    const data = typeof payload === "string" ? payload : JSON.stringify(payload);
    await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
  };
}

const notifications = () =>
  page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    const shown = await worker.getNotifications();
    return shown.map(({ title, body, tag, data, silent, icon }) => ({
      title,
      body,
      tag,
      data,
      silent,
      icon,
    }));
  });

test("a reader presses the button of the page, gets a push, and is led to what it is about", async () => {
  await subscribe("usr_ada");
  expect(await devicesOf("usr_ada")).toEqual([
    { token: expect.stringContaining(sandbox.url), platform: "web" },
  ]);
  const sent = await send("usr_ada", { data: { url: "/runs?n=7" }, options: { sound: null, badge: 2 } });
  expect(sent).toMatchObject({ status: "sent", delivered_count: 1, failed_count: 0 });
  const [push] = sandbox.sandbox.accepted;
  const deliver = await delivery();
  await deliver(push?.payload);
  await expect.poll(notifications, SOON).toHaveLength(1);
  expect((await notifications())[0]).toEqual({
    title: "Hello",
    body: "You",
    tag: expect.stringMatching(/^[0-9a-f-]{36}$/),
    data: { url: "/runs?n=7" },
    silent: true,
    icon: `${origin}/icon.png`,
  });
  expect(await clickOn("Hello")).toEqual([`${origin}/runs?n=7`]);
  expect(await notifications()).toEqual([]);
  expect(troubles).toEqual([]);
});

/** Clicks on a notification. @returns where the worker leads, but for opening it: a browser wants a real finger for that */
async function clickOn(title: string): Promise<unknown> {
  const [worker] = context.serviceWorkers();
  return worker?.evaluate(`(async () => {
    const shown = await registration.getNotifications();
    const notification = shown.find(({ title }) => title === ${JSON.stringify(title)});
    const opened = [];
    const underWay = [];
    clients.openWindow = async (url) => void opened.push(url);
    const event = new NotificationEvent("notificationclick", { notification });
    // Only the browser's own events may be prolonged.
    event.waitUntil = (work) => void underWay.push(work);
    dispatchEvent(event);
    await Promise.all(underWay);
    return opened;
  })()`);
}

test("a repeat replaces what is shown, and what makes no sense is shown all the same", async () => {
  await subscribe("usr_bob");
  const deliver = await delivery();
  const push = { title: "One", body: "first", data: null, tag: "same" };
  await deliver(push);
  await deliver({ ...push, body: "second" });
  await expect
    .poll(async () => (await notifications()).map(({ title, body }) => [title, body]), SOON)
    .toEqual([["One", "second"]]);
  await deliver("not JSON");
  await deliver({ title: "Bad link", data: { url: "javascript:alert(1)" } });
  await deliver({ title: "No link" });
  await expect
    .poll(async () => (await notifications()).map(({ title }) => title).toSorted(), SOON)
    .toEqual([new URL(origin).host, "Bad link", "No link", "One"].toSorted());
  expect(await clickOn("Bad link")).toEqual([`${origin}/start`]);
  expect(await clickOn("No link")).toEqual([`${origin}/start`]);
});

test("a browser whose user has unsubscribed is forgotten at the next push", async () => {
  await subscribe("usr_eve");
  const [device] = await devicesOf("usr_eve");
  sandbox.sandbox.unsubscribe(device?.token ?? "");
  expect(await send("usr_eve", {})).toMatchObject({ status: "failed", delivered_count: 0, failed_count: 1 });
  expect(await devicesOf("usr_eve")).toEqual([]);
});
