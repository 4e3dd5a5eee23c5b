import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { build, type Production, startProduction, tokenFor } from "../proof/production.ts";
import { expectNoSideways, launch, violationsOn } from "./chromium.ts";

// The element on a page of a customer's, on another origin and under a strict policy; the service may go away and come back.

const SOON = { timeout: 30_000 };
const SERVICE = { sub: "browser-tests", role: "service" } as const;

let service: Production;
let state: string;
let site: Server;
let origin: string;
let browser: Browser;
/** How often the site has handed out a token, and which it hands out instead of a right one. */
let handedOut = 0;
let badToken: string | null = null;

const start = (port?: number): Promise<Production> =>
  startProduction({
    state,
    vars: { CORS_ORIGINS: origin },
    ...(port !== undefined && { port }),
  });

/** The service is gone for a moment; afterwards it answers at the same address. */
async function restart(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  const port = Number(new URL(service.origin).port);
  await service.stop();
  await meanwhile();
  service = await start(port);
}

const policy = () =>
  [
    "default-src 'none'",
    `script-src 'self' ${service.origin}`,
    `connect-src 'self' ${service.origin} ${service.origin.replace("http", "ws")}`,
    "img-src data:",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

async function page(query: URLSearchParams): Promise<string> {
  const { url, integrity } = z
    .object({ url: z.string(), integrity: z.string() })
    .parse(await (await fetch(`${service.origin}/inbox.json`)).json());
  const attributes = [...query].filter(([name]) => ["layout", "theme", "tabs"].includes(name));
  return `<!doctype html><html lang="${query.get("lang") ?? "en"}" dir="${query.get("dir") ?? "ltr"}">
    <head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
    <script type="module" src="${url}" integrity="${integrity}" crossorigin="anonymous"></script>
    <script type="module" src="/page.js"></script></head>
    <body><main><h1>Shop</h1>
    <tidings-inbox ${attributes.map(([name, value]) => `${name}="${value}"`).join(" ")}></tidings-inbox></main></body></html>`;
}

const SCRIPT = `const inbox = document.querySelector("tidings-inbox");
  window.told = [];
  for (const name of ["count", "message", "read", "archive", "unarchive", "read-all", "action", "connection", "error"])
    addEventListener("tidings:" + name, ({ type, detail }) => told.push([type.slice(8), detail]));
  inbox.getToken = async () => (await fetch("/token" + location.search)).text();`;

async function serve(asked: string, answer: ServerResponse): Promise<void> {
  const url = new URL(asked, "http://site");
  if (url.pathname === "/token") {
    handedOut++;
    const right = await tokenFor({ sub: url.searchParams.get("user") ?? "", role: "user" });
    answer.setHeader("cache-control", "no-store");
    answer.end(badToken ?? right);
    badToken = null;
  } else if (url.pathname === "/page.js") {
    answer.setHeader("content-type", "text/javascript");
    answer.end(SCRIPT);
  } else {
    answer.setHeader("content-type", "text/html");
    answer.setHeader("content-security-policy", policy());
    answer.end(await page(url.searchParams));
  }
}

beforeAll(async () => {
  await build();
  state = await mkdtemp(join(tmpdir(), "tidings-inbox-"));
  site = createServer((request, answer) => void serve(request.url ?? "/", answer));
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${z.object({ port: z.int() }).parse(site.address()).port}`;
  service = await start();
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
  await new Promise((done) => site.close(done));
  await rm(state, { recursive: true, force: true });
});

let context: BrowserContext;
let troubles: string[];
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 900, height: 760 }, timezoneId: "Europe/Oslo" });
  troubles = [];
});
afterEach(() => context.close());

async function api(method: string, path: string, body?: unknown, sub?: string): Promise<unknown> {
  const answer = await fetch(service.origin + path, {
    method,
    headers: {
      authorization: `Bearer ${await tokenFor(sub === undefined ? SERVICE : { sub, role: "user" })}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const send = (user: string, title: string, more: object = {}) =>
  api("POST", "/api/v1/notifications", {
    user_id: user,
    title,
    body: "Hello.",
    channels: ["in_app"],
    ...more,
  });

async function givenUser(name: string): Promise<string> {
  const user = `usr_${name}`;
  await api("PUT", `/api/v1/directory/users/${user}?notify=false`, { email: `${name}@example.com` });
  return user;
}

const inboxOf = async (user: string) =>
  z
    .object({
      unread_count: z.int(),
      data: z.array(z.object({ title: z.string(), read_at: z.string().nullable() })),
    })
    .parse(await api("GET", "/api/v1/inbox", undefined, user));

async function open(user: string, query = ""): Promise<Page> {
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  tab.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  tab.on("pageerror", (error) => troubles.push(error.message));
  await tab.goto(`${origin}/?user=${user}${query}`);
  await expect.poll(() => told(tab), SOON).toContain("count");
  return tab;
}

const told = (tab: Page): Promise<string[]> => tab.evaluate("told.map(([name]) => name)");
const bell = (tab: Page): Locator => tab.locator("tidings-inbox button.bell");
const titles = (tab: Page): Promise<string[]> => tab.locator(".item .opener span[dir]").allTextContents();
const expectUnread = (tab: Page, n: number) =>
  expect
    .poll(() => bell(tab).getAttribute("aria-label"), SOON)
    .toBe(n === 0 ? "Notifications" : `Notifications, Unread: ${n}`);
/** Hides or shows a page, as another tab before it would. */
const setVisibility = (tab: Page, value: "hidden" | "visible") =>
  tab.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, value);

test("two tabs show the same, live, and go on where they were when the service has been away", async () => {
  const user = await givenUser("ada");
  await send(user, "First");
  const [one, two] = [await open(user), await open(user)];
  await expectUnread(one, 1);
  await send(user, "Second");
  for (const tab of [one, two]) {
    await expectUnread(tab, 2);
    await bell(tab).click();
    await expect.poll(() => titles(tab), SOON).toEqual(["Second", "First"]);
  }
  await one.locator(".item").first().hover();
  await one.getByRole("button", { name: "Mark as read" }).first().click();
  for (const tab of [one, two]) await expectUnread(tab, 1);

  await restart();
  await send(user, "Third, after a restart");
  for (const tab of [one, two])
    await expect.poll(() => titles(tab), SOON).toEqual(["Third, after a restart", "Second", "First"]);
  await two.getByRole("button", { name: "Archive" }).first().click();
  for (const tab of [one, two]) await expect.poll(() => titles(tab), SOON).toEqual(["Second", "First"]);
  await two.getByRole("button", { name: "Undo" }).click();
  for (const tab of [one, two]) await expect.poll(() => titles(tab), SOON).toHaveLength(3);
  await one.getByRole("button", { name: "Mark all as read" }).click();
  for (const tab of [one, two]) await expectUnread(tab, 0);
  expect(await inboxOf(user)).toMatchObject({ unread_count: 0 });
});

test("what the service does not take is taken back, and being offline is said", async () => {
  const user = await givenUser("bob");
  await send(user, "Stay");
  const tab = await open(user);
  await bell(tab).click();
  await expect.poll(() => titles(tab), SOON).toEqual(["Stay"]);
  await restart(async () => {
    await tab.locator(".item").hover();
    await tab.getByRole("button", { name: "Archive" }).last().click();
    await expect.poll(() => titles(tab)).toEqual([]);
    await tab.getByText("Offline.").waitFor();
    await tab.locator(".notice").getByText("That did not work.").waitFor();
    expect(await titles(tab)).toEqual(["Stay"]);
    expect(await told(tab)).toContain("error");
  });
  await tab.getByText("Offline.").waitFor({ state: "hidden", timeout: 30_000 });
  expect((await inboxOf(user)).data).toHaveLength(1);
});

test("a hidden page closes its connection, and catches up when it is seen again", async () => {
  const user = await givenUser("eve");
  const tab = await context.newPage();
  const sockets: boolean[] = [];
  tab.on("websocket", (socket) => {
    const place = sockets.push(true) - 1;
    socket.on("close", () => (sockets[place] = false));
  });
  await tab.goto(`${origin}/?user=${user}`);
  await expect.poll(() => sockets, SOON).toEqual([true]);
  await setVisibility(tab, "hidden");
  await expect.poll(() => sockets, SOON).toEqual([false]);
  await send(user, "Meanwhile");
  await tab.waitForTimeout(1_000);
  expect(await bell(tab).getAttribute("aria-label")).toBe("Notifications");
  await setVisibility(tab, "visible");
  await expectUnread(tab, 1);
  expect(sockets).toEqual([false, true]);
});

test("a token that is refused is renewed once, and another user's token shows that user's inbox alone", async () => {
  const [user, other] = [await givenUser("kim"), await givenUser("lee")];
  await send(user, "For Kim");
  await send(other, "For Lee");
  badToken = "no.token.atall";
  handedOut = 0;
  const tab = await open(user);
  await expectUnread(tab, 1);
  expect(handedOut).toBe(2);
  await bell(tab).click();
  await expect.poll(() => titles(tab), SOON).toEqual(["For Kim"]);
  await tab.evaluate((sub) => {
    const inbox = document.querySelector("tidings-inbox");
    if (inbox === null) return;
    Object.assign(inbox, { getToken: null });
    Object.assign(inbox, { getToken: async () => (await fetch(`/token?user=${sub}`)).text() });
  }, other);
  await expect.poll(() => titles(tab), SOON).toEqual(["For Lee"]);
});

test("it loads page by page, has tabs by category, and moves by keyboard", async () => {
  const user = await givenUser("max");
  for (let i = 0; i < 45; i++) await send(user, `Message ${i}`);
  const tab = await open(user, "&layout=page");
  await expect.poll(() => titles(tab).then(({ length }) => length), SOON).toBeGreaterThanOrEqual(20);
  await expect
    .poll(async () => {
      await tab.mouse.wheel(0, 5_000);
      return (await titles(tab)).length;
    }, SOON)
    .toBe(45);
  expect(await titles(tab)).toEqual(Array.from({ length: 45 }, (_, i) => `Message ${44 - i}`));
  await tab.getByRole("tab", { name: "All" }).focus();
  await tab.keyboard.press("ArrowRight");
  expect(await tab.getByRole("tab", { name: "Unread" }).getAttribute("aria-selected")).toBe("true");
  await tab.getByRole("tab", { name: "Messages" }).click();
  await expect.poll(() => titles(tab).then(([first]) => first), SOON).toBe("Message 44");
  await tab.locator(".item .opener").first().focus();
  await tab.keyboard.press("ArrowDown");
  expect(
    await tab.evaluate("document.querySelector('tidings-inbox').shadowRoot.activeElement.textContent"),
  ).toContain("Message 43");
});

test("links are https or the page's own, texts are texts, and a page may follow a link itself", async () => {
  const user = await givenUser("liv");
  await send(user, "<img src=x onerror=alert(1)>", { data: { action_url: "javascript:alert(1)" } });
  await send(user, "Away", {
    data: { url: "https://example.com/a", actions: [{ label: "Bad", url: "data:,x" }] },
  });
  await send(user, "Here", { data: { action_url: "/here", action_label: "Go" } });
  const tab = await open(user);
  await bell(tab).click();
  await expect.poll(() => titles(tab), SOON).toEqual(["Here", "Away", "<img src=x onerror=alert(1)>"]);
  const links = tab.locator("tidings-inbox a.opener");
  expect(
    await links.evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.getAttribute("target")])),
  ).toEqual([
    [`${origin}/here`, null],
    ["https://example.com/a", "_blank"],
  ]);
  await tab.evaluate("addEventListener('tidings:action', (event) => event.preventDefault())");
  await links.first().click();
  await expectUnread(tab, 2);
  expect(new URL(tab.url()).pathname).toBe("/");
  expect(await tab.evaluate("told.find(([name]) => name === 'action')[1].href")).toBe(`${origin}/here`);
  expect(troubles).toEqual([]);
});

test("preferences are shown and saved", async () => {
  const user = await givenUser("pia");
  const tab = await open(user, "&lang=de");
  await bell(tab).click();
  await tab.getByRole("button", { name: "Einstellungen" }).click();
  const box = tab.getByRole("group", { name: "Fristen" }).getByLabel("E-Mail");
  await box.uncheck();
  const matrix = z.object({
    categories: z.object({ deadlines: z.object({ email: z.object({ enabled: z.boolean() }) }) }),
    quiet_hours: z.object({ enabled: z.boolean(), start: z.string().nullable() }),
  });
  const saved = async () => matrix.parse(await api("GET", "/api/v1/preferences", undefined, user));
  await expect.poll(async () => (await saved()).categories.deadlines.email.enabled, SOON).toBe(false);
  await tab.getByLabel("Nachrichten zurückhalten").check();
  await expect.poll(async () => (await saved()).quiet_hours, SOON).toEqual({ enabled: true, start: "22:00" });
});

test.each([
  ["light", "ltr", 900],
  ["dark", "rtl", 360],
] as const)("in %s, %s and %i pixels it is accessible and quiet", async (theme, dir, width) => {
  const user = await givenUser(`look_${theme}`);
  await send(user, "Read me", { data: { action_url: "/x", actions: [{ label: "More", url: "/y" }] } });
  const tab = await open(user, `&theme=${theme}&dir=${dir}&lang=${dir === "rtl" ? "fr" : "nb"}`);
  await tab.emulateMedia({ reducedMotion: "reduce" });
  await tab.setViewportSize({ width, height: 700 });
  expect(await violationsOn(tab)).toEqual([]);
  await bell(tab).click();
  await expect.poll(() => titles(tab), SOON).toEqual(["Read me"]);
  expect(await violationsOn(tab)).toEqual([]);
  await expectNoSideways(tab);
  await tab.locator("tidings-inbox [part~=gear]").click();
  await tab.locator("tidings-inbox fieldset").first().waitFor();
  expect(await violationsOn(tab)).toEqual([]);
  await expectNoSideways(tab);
  await tab.keyboard.press("Escape");
  await expect.poll(() => bell(tab).getAttribute("aria-expanded")).toBe("false");
  expect(troubles).toEqual([]);
});
