import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { type Caller, createHarness } from "../support/harness.ts";
import { givenOrg } from "../support/world.ts";
import { ADDRESSES, connect, createWorld as createChatWorld, givenUser } from "../channels/chat/world.ts";
import { type Browser, signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";
import { bytesOf, expectAsText, PROBE } from "./probe.ts";

const PATH = "/console/chats";
const ADMIN: Caller = { role: "global_admin", sub: "adm_chats" };

beforeEach(() => env.DB.exec("DELETE FROM chat_connections"));

async function createWorld() {
  const world = createChatWorld();
  const org = await givenOrg(world.h);
  const browser = await signIn(world.h, { role: "org_admin", sub: "adm_org", org });
  return { ...world, org, browser };
}

/** What the form of a kind sends. */
const fieldsFor = ({ kind, ...address }: (typeof ADDRESSES)[keyof typeof ADDRESSES], name = "#ops") => ({
  kind,
  name,
  ...Object.fromEntries(Object.entries(address).map(([field, value]) => [`${kind}.${field}`, value])),
});

const pathIn = (headers: Headers): string => (headers.get("location") ?? "").replace(/\?done=\w+$/u, "");

async function connects(browser: Browser, fields: Record<string, string>): Promise<string> {
  const made = await browser.post(`${PATH}/new`, fields);
  expect(made.status).toBe(303);
  return pathIn(made.headers);
}

test.each(Object.values(ADDRESSES))(
  "$kind is connected, tried out, paused, resumed and deleted",
  async (address) => {
    const { h, browser } = await createWorld();
    expect(textOf((await browser.get(PATH)).body)).toContain("No chat is connected yet");
    h.meter.reset();
    const path = await connects(browser, fieldsFor(address));
    expect(h.meter.trips).toBe(1);
    expect(textOf((await browser.get(PATH)).body)).toContain("#ops");
    h.meter.reset();
    const tested = await browser.post(`${path}/test`);
    expect([tested.status, h.meter.trips <= 3]).toEqual([200, true]);
    expect(textOf(tested.body)).toContain("The test has arrived");
    expect(tested.body).toContain(`data-address="${path}"`);
    expect(pathIn((await browser.post(`${path}/pause`)).headers)).toBe(path);
    expect(textOf((await browser.get(path)).body)).toContain("It is paused.");
    await browser.post(`${path}/resume`);
    expect(textOf((await browser.get(path)).body)).not.toContain("It is paused.");
    await browser.post(`${path}/delete`);
    expect((await browser.get(path)).status).toBe(404);
  },
);

test("a secret is never shown again: not on its page, and not where the form was refused", async () => {
  const { browser } = await createWorld();
  for (const address of Object.values(ADDRESSES)) {
    const path = await connects(browser, fieldsFor(address));
    const pages = [
      await browser.get(path),
      await browser.get(PATH),
      await browser.post(`${PATH}/new`, fieldsFor(address, "")),
      await browser.post(path, fieldsFor(address, "")),
      await browser.post(`${path}/test`),
    ];
    const { kind: _, ...secrets } = address;
    for (const [field, value] of Object.entries(secrets))
      for (const page of pages) if (field !== "channel") expect(String(page.body)).not.toContain(value);
  }
});

test("a signing secret that was made is shown once", async () => {
  const { browser } = await createWorld();
  const { kind, url } = ADDRESSES.webhook;
  const made = await browser.post(`${PATH}/new`, { kind, name: "A program", "webhook.url": url });
  expect([made.status, made.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(String(made.body)).toMatch(/whsec_[A-Za-z0-9+/]{43}=/u);
  const path = /data-address="([^"]+)"/u.exec(String(made.body))?.[1] ?? "";
  expect(String((await browser.get(path)).body)).not.toContain("whsec_A");
});

test("a chat that refuses says why, and a new channel mends it", async () => {
  const { chats, browser } = await createWorld();
  const path = await connects(browser, fieldsFor(ADDRESSES.slack_bot));
  chats.failNext({ kind: "answer", status: 200, body: { ok: false, error: "channel_not_found" } });
  const refused = await browser.post(`${path}/test`);
  expect(textOf(refused.body)).toContain("The test has not arrived.");
  expect(textOf(refused.body)).toContain("The chat refuses: Its channel is not there");
  expect(textOf((await browser.get(PATH)).body)).toContain("refuses");
  const mended = await browser.post(path, { name: "#ops", "slack_bot.channel": "C0NEWCHANNEL" });
  expect(pathIn(mended.headers)).toBe(path);
  const page = textOf((await browser.get(path)).body);
  expect(page).not.toContain("The chat refuses");
  expect(page).toContain("C0NEWCHANNEL");
});

test("a test too many is told on the page", async () => {
  const { h, browser } = await createWorld();
  const path = await connects(browser, fieldsFor(ADDRESSES.webhook));
  for (let i = 0; i < 20; i++) await browser.post(`${path}/test`);
  h.meter.reset();
  const { status, body } = await browser.post(`${path}/test`);
  expect([status, h.meter.trips <= 3]).toEqual([200, true]);
  expect(textOf(body)).toContain("No test is sent.");
});

test.each([
  [{ kind: "slack_bot", name: "" }, ["name", "slack_bot.token", "slack_bot.channel"]],
  [
    { kind: "slack_bot", name: "x", "slack_bot.token": "xoxp-no", "slack_bot.channel": "#ops" },
    ["slack_bot.token", "slack_bot.channel"],
  ],
  [{ kind: "discord", name: "x", "discord.url": "https://example.com/" }, ["discord.url"]],
  [{ kind: "teams", name: "x", "teams.url": "http://localhost/" }, ["teams.url"]],
  [
    { kind: "webhook", name: "x", "webhook.url": "https://a.example", "webhook.signing_secret": "short" },
    ["webhook.signing_secret"],
  ],
])("what is wrong is told at its field: %o", async (fields, names) => {
  const { h, browser } = await createWorld();
  h.meter.reset();
  const { status, body } = await browser.post(`${PATH}/new`, fields);
  expect([status, h.meter.trips, h.meter.rowsWritten]).toEqual([400, 0, 0]);
  const invalid = [...String(body).matchAll(/name="([\w.]+)"[^>]* aria-invalid="true"/gu)].map(
    ([, name]) => name,
  );
  expect(invalid.length > 0 && names.includes(invalid[0] ?? "")).toBe(true);
  expect(body).toContain(`value="${fields.kind}" checked`);
});

test("a person's connections are managed, too; whoever administers everything names whose", async () => {
  const { h } = await createWorld();
  const browser = await signIn(h, ADMIN);
  expect(textOf((await browser.get(PATH)).body)).toContain("Whose chats?");
  expect((await browser.get(`${PATH}/new`)).status).toBe(400);
  const user = await givenUser(h);
  const made = await browser.post(`${PATH}/new?user_id=${user}`, fieldsFor(ADDRESSES.discord));
  const path = pathIn(made.headers);
  expect(textOf((await browser.get(`${PATH}?user_id=${user}`)).body)).toContain("#ops Discord active");
  const page = await browser.get(path);
  expect(page.body).toContain(`href="/console/people/${user}"`);
  expect(page.body).toContain(`href="${PATH}?user_id=${user}"`);
  expect((await browser.get(`${PATH}?user_id=${user}&org_id=x`)).status).toBe(400);
});

test("a person's page shows the person's chats, in the same round trip", async () => {
  const { h } = await createWorld();
  const browser = await signIn(h, ADMIN);
  const user = await givenUser(h);
  const path = `/console/people/${user}`;
  expect(textOf((await browser.get(path)).body)).toContain("No chats Connect one");
  const id = await connect(h, { user_id: user }, { ...ADDRESSES.discord, name: "<script>alert(2)</script>" });
  h.meter.reset();
  const page = await browser.get(path);
  expect([h.meter.trips, bytesOf(page) < 60_000]).toEqual([1, true]);
  expect(page.body).toContain(`href="${PATH}/${id}"`);
  await expectAsText(page);
  await env.DB.prepare("UPDATE chat_connections SET broken_code = 'channel_gone', broken_at = 1").run();
  expect(textOf((await browser.get(path)).body)).toContain("Discord refuses");
});

test("a list of a hundred costs one round trip and is small", async () => {
  const { h, org, browser } = await createWorld();
  for (let i = 0; i < 100; i++)
    await connect(h, { org_id: org }, { ...ADDRESSES.discord, name: "n".repeat(100) });
  h.meter.reset();
  const list = await browser.get(PATH);
  expect([h.meter.trips, h.meter.rowsWritten, bytesOf(list) < 60_000]).toEqual([1, 0, true]);
  const full = await browser.post(`${PATH}/new`, fieldsFor(ADDRESSES.discord));
  expect([full.status, textOf(full.body).includes("There are 100 connections already")]).toEqual([400, true]);
});

test("what others have written is only a text", async () => {
  const { browser } = await createWorld();
  const path = await connects(browser, fieldsFor(ADDRESSES.slack_bot));
  for (const probe of [PROBE, ...payloads("canary")]) {
    await browser.post(path, { name: probe.slice(0, 100), "slack_bot.channel": "C024BE91L" });
    for (const at of [PATH, path]) await expectInert((await browser.get(at)).body);
    const fields = { name: probe, kind: probe, "slack_bot.token": probe, "slack_bot.channel": probe };
    for (const at of [`${PATH}/new`, path]) {
      const refused = await browser.post(at, fields);
      expect(refused.status).toBe(400);
      await expectInert(refused.body);
      if (probe === PROBE) await expectAsText(refused);
    }
  }
});

test("without SECRETS_KEY it is told before somebody types", async () => {
  const h = createHarness({ vars: { SECRETS_KEY: "" }, autoDrain: false });
  const browser = await signIn(h, { role: "org_admin", sub: "adm", org: await givenOrg(h) });
  expect(textOf((await browser.get(`${PATH}/new`)).body)).toContain("cannot store secrets yet");
});

test("a form of another site does nothing", async () => {
  const { h, browser } = await createWorld();
  const path = await connects(browser, fieldsFor(ADDRESSES.discord));
  for (const at of [`${PATH}/new`, path, `${path}/pause`, `${path}/test`, `${path}/delete`]) {
    h.meter.reset();
    const foreign = await browser.post(at, fieldsFor(ADDRESSES.discord), { "sec-fetch-site": "cross-site" });
    expect([foreign.status, h.meter.rowsWritten]).toEqual([403, 0]);
  }
});
