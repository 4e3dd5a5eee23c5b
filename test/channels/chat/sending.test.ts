import { beforeEach, describe, expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { createHarness, mint, SERVICE } from "../../support/harness.ts";
import { consumeAll, emptyTables, errorsOf, givenUsers, live } from "../../support/pipeline.ts";
import {
  ADDRESSES,
  connect,
  connectionOf,
  createWorld,
  givenType,
  givenUser,
  messagesOf,
  sendEvent,
} from "./world.ts";

beforeEach(emptyTables);

const KINDS = Object.values(ADDRESSES);

describe("a chat message", () => {
  test.each(KINDS)("goes to a user's $kind, with title, text and link", async (address) => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    await connect(h, { user_id: user }, address);
    const event = await sendEvent(h, type, { users: [user] });
    expect(event).toMatchObject({ message_count: 1, skipped: {} });
    await h.drain();
    expect(chats.posted).toHaveLength(1);
    const said = JSON.stringify(chats.posted[0]?.body);
    for (const part of ["Deploy web", "no memory", "https://ci.example/1", "See the log"])
      expect(said).toContain(part);
    expect(await messagesOf(type)).toMatchObject([
      {
        status: "sent",
        provider: address.kind,
        lane: "hooks",
        title: "Deploy web",
        to_address: "A chat",
        attempts: 1,
      },
    ]);
    expect(errorsOf(h)).toEqual([]);
  });

  test("to a program is signed by Standard Webhooks, with the same id for each attempt", async () => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    await connect(h, { user_id: user }, ADDRESSES.webhook);
    chats.failNext({ kind: "html", status: 502 });
    await sendEvent(h, await givenType(), { users: [user] });
    await h.drain();
    await live(h, 5);
    expect(chats.requests).toHaveLength(2);
    for (const { headers, body } of chats.requests)
      expect(() =>
        new Webhook(ADDRESSES.webhook.signing_secret).verify(JSON.stringify(body), {
          ...headers,
          "webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
        }),
      ).toThrow("No matching signature");
    const ids = chats.requests.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
    const [last] = chats.requests.slice(-1);
    const signed = `${last?.headers["webhook-id"]}.${last?.headers["webhook-timestamp"]}.${JSON.stringify(last?.body)}`;
    const key = await crypto.subtle.importKey(
      "raw",
      Uint8Array.from(atob(ADDRESSES.webhook.signing_secret.slice(6)), (c) => c.charCodeAt(0)),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed)));
    expect(last?.headers["webhook-signature"]).toBe(`v1,${btoa(String.fromCharCode(...mac))}`);
    expect(last?.body).toMatchObject({ type: "chat.message", data: { title: "Deploy web" } });
  });

  test("goes to the oldest connection that works: not to a paused one, and on when one is broken", async () => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    const paused = await connect(h, { user_id: user }, ADDRESSES.webhook);
    await h.request("PATCH", `/api/v1/chat-connections/${paused}`, { as: SERVICE, body: { paused: true } });
    const broken = await connect(
      h,
      { user_id: user },
      {
        kind: "slack_webhook",
        url: "https://hooks.slack.com/services/T0/B0/revoked",
      },
    );
    await connect(h, { user_id: user }, ADDRESSES.discord);
    await sendEvent(h, type, { users: [user] });
    await h.drain();
    await live(h, 1);
    expect(chats.posted.map(({ to }) => to)).toEqual(["/api/webhooks/1/good"]);
    expect(await messagesOf(type)).toMatchObject([{ status: "sent", provider: "discord" }]);
    expect(await connectionOf(broken)).toMatchObject({ broken_code: "connection_revoked" });
  });

  test("is not made for a user without a connection, and the next step starts at once", async () => {
    const { h } = createWorld();
    const user = await givenUser(h);
    const type = await givenType([{ channel: "chat" }, { channel: "in_app", wait: 600 }]);
    const event = await sendEvent(h, type, { users: [user] });
    expect(event).toMatchObject({ message_count: 1, skipped: { chat: { no_connection: 1 } } });
    await h.drain();
    expect(await messagesOf(type)).toMatchObject([{ channel: "in_app", status: "delivered" }]);
  });

  test("that is refused for ever lets the step after it start", async () => {
    const { h } = createWorld();
    const user = await givenUser(h);
    const type = await givenType([{ channel: "chat" }, { channel: "in_app", wait: 60 }]);
    await connect(
      h,
      { user_id: user },
      { kind: "discord", url: "https://discord.com/api/webhooks/1/deleted" },
    );
    await sendEvent(h, type, { users: [user] });
    await h.drain();
    await live(h, 4);
    expect(await messagesOf(type)).toMatchObject([
      { channel: "chat", status: "failed", error_code: "connection_revoked" },
      { channel: "in_app", status: "delivered" },
    ]);
  });

  test("is not sent to somebody who has switched chats off", async () => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    await connect(h, { user_id: user }, ADDRESSES.discord);
    await h.request("PATCH", "/api/v1/preferences", {
      as: { role: "user", sub: user },
      body: { categories: { all: { chat: false } } },
    });
    expect(await sendEvent(h, type, { users: [user] })).toMatchObject({
      skipped: { chat: { unsubscribed: 1 } },
    });
    await h.drain();
    expect(chats.requests).toEqual([]);
  });

  test("to a hundred users costs two D1 round trips, and one gate each", async () => {
    const { h, chats } = createWorld({ ENVIRONMENT: "production", PUBLIC_URL: "https://tidings.example" });
    const { users } = await givenUsers(h, 100, 0);
    const type = await givenType();
    for (const user of users.slice(0, 50)) await connect(h, { user_id: user }, ADDRESSES.discord);
    for (const user of users.slice(50)) await connect(h, { user_id: user }, ADDRESSES.webhook);
    await sendEvent(h, type, { users });
    const ids = (await messagesOf(type)).map(({ id }) => String(id));
    // The words are in the isolate's cache from the second time on.
    await consumeAll(h, [{ v: 1, channel: "chat", ids: ids.slice(0, 1) }], "tidings-hooks");
    h.queues.waiting.splice(0);
    h.meter.reset();
    h.interrupts.reset();
    await consumeAll(h, [{ v: 1, channel: "chat", ids }], "tidings-hooks");
    expect(chats.posted).toHaveLength(100);
    expect(h.meter.trips).toBe(2);
    const calls = Map.groupBy(h.interrupts.calls, (name) => name);
    expect(calls.get("gate.acquire")).toHaveLength(99);
    expect(calls.get("fetch")).toHaveLength(99);
    expect(new Set((await messagesOf(type)).map(({ status }) => status))).toEqual(new Set(["sent"]));
  });
});

describe("a chat that fails", () => {
  interface Case {
    error: string;
    body: object;
    becomes: { status: string; error_code?: string; attempts?: number };
  }
  const failed = (error: string, error_code: string): Case => ({
    error,
    body: { ok: false, error },
    becomes: { status: "failed", error_code },
  });
  const again = (error: string, more: object): Case => ({
    error,
    body: { ok: false, error },
    becomes: { status: "queued", ...more },
  });
  const cases: Case[] = [
    ...["token_revoked", "invalid_auth", "account_inactive"].map((error) =>
      failed(error, "connection_revoked"),
    ),
    failed("is_archived", "channel_gone"),
    failed("not_in_channel", "not_in_channel"),
    failed("missing_scope", "not_permitted"),
    failed("two_factor_setup_required", "not_permitted"),
    failed("invalid_arguments", "invalid_message"),
    again("org_login_required", { error_code: "server_error" }),
    failed("msg_too_long", "invalid_message"),
    again("ratelimited", { attempts: 0 }),
    again("internal_error", { error_code: "server_error" }),
    again("never_seen", { error_code: "unknown_answer" }),
    { ...again("no JSON of Slack's", { error_code: "unknown_answer" }), body: { hello: 1 } },
  ];

  test.each(cases)("with $error of Slack is understood", async ({ body, becomes }) => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    const id = await connect(h, { user_id: user }, ADDRESSES.slack_bot);
    chats.failNext({ kind: "answer", status: 200, body });
    await sendEvent(h, type, { users: [user] });
    await h.drain();
    expect(await messagesOf(type)).toMatchObject([becomes]);
    const isBroken = becomes.status === "failed" && becomes.error_code !== "invalid_message";
    expect(await connectionOf(id)).toMatchObject({
      broken_code: isBroken ? becomes.error_code : null,
    });
    if (isBroken) {
      await sendEvent(h, type, { users: [user] });
      await h.drain();
      expect(chats.requests).toHaveLength(1);
    } else if (becomes.status === "queued") {
      await live(h, 8);
      expect(await messagesOf(type)).toMatchObject([{ status: "sent" }]);
    }
  });

  const TEAMS_OFF = { error: { code: "WorkflowTriggerIsNotEnabled", message: "…" } };
  const WHICH = [
    [ADDRESSES.slack_webhook, 404, "connection_revoked"],
    [ADDRESSES.slack_webhook, 403, "not_permitted"],
    [ADDRESSES.teams, 404, "connection_revoked"],
    [ADDRESSES.teams, 401, "connection_revoked"],
    [ADDRESSES.teams, 413, "invalid_message"],
    [ADDRESSES.teams, 400, "invalid_message"],
    [ADDRESSES.teams, 400, "connection_revoked", TEAMS_OFF],
    [ADDRESSES.discord, 401, "connection_revoked"],
    [ADDRESSES.discord, 400, "invalid_message", { code: 50_035 }],
    [ADDRESSES.discord, 400, "channel_gone", { code: 220_001 }],
    [ADDRESSES.discord, 403, "not_permitted"],
    [ADDRESSES.webhook, 410, "connection_revoked"],
  ] as const;
  test.each(WHICH)("%o with %i ends as %s", async (address, status, code, body: object = {}) => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    await connect(h, { user_id: user }, address);
    chats.failNext({ kind: "answer", status, body });
    await sendEvent(h, type, { users: [user] });
    await h.drain();
    expect(await messagesOf(type)).toMatchObject([{ status: "failed", error_code: code }]);
  });

  test.each(KINDS)(
    "$kind: 429, 5xx, a redirect, garbage, a broken line and silence are tried again",
    async (address) => {
      const { h, chats } = createWorld();
      const user = await givenUser(h);
      const type = await givenType();
      await connect(h, { user_id: user }, address);
      chats.failNext({
        kind: "answer",
        status: 429,
        body: { retry_after: 90 },
        headers: { "retry-after": "90" },
      });
      chats.failNext({ kind: "html", status: 503 });
      chats.failNext({
        kind: "answer",
        status: 302,
        body: {},
        headers: { location: "http://169.254.169.254/latest" },
      });
      chats.failNext({ kind: "drop" });
      await sendEvent(h, type, { users: [user] });
      await h.drain();
      // A pause spends no attempt, and nothing is asked before it ends.
      expect(await messagesOf(type)).toMatchObject([{ status: "queued", attempts: 0 }]);
      h.clock.advance(80 * SECOND);
      await h.drain();
      expect(chats.requests).toHaveLength(1);
      for (let i = 0; i < 60 && (await messagesOf(type))[0]?.["status"] !== "sent"; i++) await live(h, 5);
      expect(await messagesOf(type)).toMatchObject([{ status: "sent" }]);
      expect(chats.requests).toHaveLength(5);
      expect(new Set(chats.requests.map(({ path }) => path)).size).toBe(1);
    },
  );

  test("is told apart from others: a slow one holds up nobody", async () => {
    const { h, chats } = createWorld();
    const [slow, quick] = [await givenUser(h), await givenUser(h)];
    const type = await givenType();
    await connect(h, { user_id: slow }, { kind: "webhook", url: "https://slow.acme.com/in" });
    await connect(h, { user_id: quick }, ADDRESSES.discord);
    h.hosts.set("slow.acme.com", async () => {
      h.clock.advance(10 * SECOND);
      throw new DOMException("Timed out", "TimeoutError");
    });
    await sendEvent(h, type, { users: [slow, quick] });
    await h.drain();
    const messages = await messagesOf(type);
    expect(messages.find(({ user_id }) => user_id === quick)).toMatchObject({ status: "sent" });
    expect(messages.find(({ user_id }) => user_id === slow)).toMatchObject({ status: "queued", attempts: 1 });
    expect(chats.posted).toHaveLength(1);
  });

  test("and was mended meanwhile is not marked: the mark is of the secret that was used", async () => {
    const { h, chats } = createWorld();
    const user = await givenUser(h);
    const id = await connect(
      h,
      { user_id: user },
      {
        kind: "discord",
        url: "https://discord.com/api/webhooks/1/deleted",
      },
    );
    await sendEvent(h, await givenType(), { users: [user] });
    const stopped = h.interrupts.stopAtNext("fetch", "after");
    const drained = h.drain();
    await stopped.reached;
    const body = { url: ADDRESSES.discord.url };
    await h.request("PATCH", `/api/v1/chat-connections/${id}`, { as: SERVICE, body });
    stopped.release();
    await drained;
    expect(await connectionOf(id)).toMatchObject({ broken_code: null });
    expect(chats.posted).toEqual([]);
  });

  test("waits for the operator while no key opens its secret", async () => {
    const { h } = createWorld();
    const user = await givenUser(h);
    const type = await givenType();
    await connect(h, { user_id: user }, ADDRESSES.discord);
    await sendEvent(h, type, { users: [user] });
    const other = createWorld({ SECRETS_KEY: "another-secrets-key-another-secrets-k" });
    const [message] = await messagesOf(type);
    await consumeAll(other.h, [{ v: 1, channel: "chat", ids: [String(message?.["id"])] }], "tidings-hooks");
    expect(await messagesOf(type)).toMatchObject([{ status: "queued", attempts: 0 }]);
    expect(other.chats.requests).toEqual([]);
  });
});

async function givenOrg(h: ReturnType<typeof createWorld>["h"]) {
  const org = mint("org");
  await h.request("PUT", `/api/v1/directory/orgs/${org}`, { as: SERVICE, body: { name: "Acme" } });
  return org;
}

const test_ = (h: ReturnType<typeof createWorld>["h"], id: string) =>
  h.request("POST", `/api/v1/chat-connections/${id}/test`, { as: SERVICE });

describe("a test of a connection", () => {
  test.each(KINDS)("says that a $kind works", async (address) => {
    const { h, chats } = createWorld();
    const id = await connect(h, { user_id: await givenUser(h) }, address);
    expect(await test_(h, id)).toMatchObject({ status: 200, body: { outcome: "accepted", code: null } });
    expect(JSON.stringify(chats.posted)).toContain("It works");
  });

  test("marks one that does not, and makes it active again when it does", async () => {
    const { h, chats } = createWorld();
    const id = await connect(h, { user_id: await givenUser(h) }, ADDRESSES.slack_bot);
    chats.failNext({ kind: "answer", status: 200, body: { ok: false, error: "not_in_channel" } });
    expect((await test_(h, id)).body).toMatchObject({
      outcome: "failed",
      code: "not_in_channel",
      connection: { status: "broken" },
    });
    expect((await test_(h, id)).body).toMatchObject({
      outcome: "accepted",
      connection: { status: "active" },
    });
  });

  test("is made 20 times an hour, and not while the chat asks for a pause", async () => {
    const { h, chats } = createWorld();
    const id = await connect(h, { user_id: await givenUser(h) }, ADDRESSES.webhook);
    for (let i = 0; i < 19; i++) expect((await test_(h, id)).status).toBe(200);
    chats.failNext({ kind: "answer", status: 429, body: {}, headers: { "retry-after": "60" } });
    expect((await test_(h, id)).body).toMatchObject({ outcome: "failed", code: "rate_limited" });
    expect(await test_(h, id)).toMatchObject({ status: 429 });
    expect(chats.requests).toHaveLength(20);
  });

  test.each(["user", "org"] as const)(
    "counts for all connections of its owner (%s): one made anew has none of its own",
    async (whose) => {
      const { h, chats } = createWorld();
      const owner = async () =>
        whose === "user" ? { user_id: await givenUser(h) } : { org_id: await givenOrg(h) };
      const [mine, others] = [await owner(), await owner()];
      for (let i = 0; i < 10; i++) {
        const id = await connect(h, mine, ADDRESSES.webhook);
        for (let n = 0; n < 2; n++) expect((await test_(h, id)).status).toBe(200);
        await h.request("DELETE", `/api/v1/chat-connections/${id}`, { as: SERVICE });
      }
      expect((await test_(h, await connect(h, mine, ADDRESSES.webhook))).status).toBe(429);
      expect(chats.requests).toHaveLength(20);
      expect((await test_(h, await connect(h, others, ADDRESSES.webhook))).status).toBe(200);
    },
  );
});

test("a connection that leads to this computer, made on a development machine, is not called in production", async () => {
  const { h } = createWorld();
  const user = await givenUser(h);
  const local = { kind: "webhook", url: "http://localhost:9000/in" };
  const id = await connect(h, { user_id: user }, local);
  const production = createHarness({ vars: { ENVIRONMENT: "production" } });
  const called: string[] = [];
  production.hosts.set("localhost", async (url) => {
    called.push(url);
    return new Response();
  });
  expect((await test_(production, id)).body).toMatchObject({
    outcome: "failed",
    code: "url_not_allowed",
    connection: { status: "broken" },
  });
  expect(called).toEqual([]);
});

describe("an event to an organization's chat", () => {
  test("comes there once, in its own words, whoever is in the organization", async () => {
    const { h, chats } = createWorld();
    const org = await givenOrg(h);
    const id = await connect(h, { org_id: org, name: "#ops" }, ADDRESSES.slack_bot);
    const type = await givenType([{ channel: "chat" }, { channel: "push" }]);
    const event = await sendEvent(h, type, { connections: [id, id] });
    expect(event).toMatchObject({ recipients: { connection_count: 1 }, message_count: 1, skipped: {} });
    await h.drain();
    expect(chats.posted).toHaveLength(1);
    expect(await messagesOf(type)).toMatchObject([
      { channel: "chat", user_id: id, org_id: org, status: "sent", to_address: "#ops" },
    ]);
    const log = await h.request("GET", `/api/v1/events/${event.id}/messages`, { as: SERVICE });
    expect(log.body.data).toMatchObject([{ recipient_user_id: id, channel: "chat", status: "sent" }]);
  });

  test("is for connections of organizations in scope alone, and for types with the channel", async () => {
    const { h } = createWorld();
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    const user = await givenUser(h);
    const mine = await connect(h, { org_id: org }, ADDRESSES.discord);
    const others = await connect(h, { org_id: other }, ADDRESSES.discord);
    const personal = await connect(h, { user_id: user }, ADDRESSES.discord);
    const type = await givenType();
    const post = (connections: string[], over: object = {}) =>
      h.request("POST", "/api/v1/events", {
        as: { role: "org_admin", org },
        body: { type, recipients: { connections }, data: {}, ...over },
      });
    for (const id of [others, personal, "con_01jq8z3k5te8v9m4p2r7x6w1yd", "x"])
      expect(await post([mine, id])).toMatchObject({
        status: 404,
        body: { errors: [{ pointer: "/recipients/connections" }] },
      });
    const silent = await givenType([{ channel: "push" }]);
    expect(await post([mine], { type: silent })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/recipients/connections" }] },
    });
    expect(await post([])).toMatchObject({ status: 400 });
    expect(await post([mine])).toMatchObject({ status: 202, body: { message_count: 1 } });
    await h.drain();
    expect(await messagesOf(type)).toMatchObject([{ status: "sent" }]);
  });

  test("is not sent any more once the connection is deleted or has broken, and is counted so", async () => {
    const { h, chats } = createWorld();
    const org = await givenOrg(h);
    const [gone, broken] = [
      await connect(h, { org_id: org }, ADDRESSES.discord),
      await connect(
        h,
        { org_id: org },
        { kind: "discord", url: "https://discord.com/api/webhooks/1/deleted" },
      ),
    ];
    const type = await givenType();
    await sendEvent(
      h,
      type,
      { connections: [gone, broken] },
      {},
      { send_at: new Date(h.clock.now() + MINUTE) },
    );
    await h.request("DELETE", `/api/v1/chat-connections/${gone}`, { as: SERVICE });
    await live(h, 4);
    const messages = await messagesOf(type);
    expect(messages.find(({ user_id }) => user_id === gone)).toMatchObject({ status: "failed" });
    expect(messages.find(({ user_id }) => user_id === broken)).toMatchObject({
      error_code: "connection_revoked",
    });
    expect(chats.posted).toEqual([]);
    expect(await sendEvent(h, type, { connections: [broken] })).toMatchObject({
      message_count: 0,
      skipped: { chat: { connection_broken: 1 } },
    });
  });

  test("notifies each connection once under a key, and no more often than the type allows", async () => {
    const { h } = createWorld();
    const org = await givenOrg(h);
    const id = await connect(h, { org_id: org }, ADDRESSES.discord);
    const type = await givenType();
    const { DB } = h.deps.bindings;
    await DB.prepare("UPDATE own_types SET data = json_set(data, '$.dedupe', 'recipient') WHERE id = ?")
      .bind(type)
      .run();
    await sendEvent(h, type, { connections: [id] }, {}, { key: "k" });
    expect(await sendEvent(h, type, { connections: [id] }, {}, { key: "k" })).toMatchObject({
      message_count: 0,
      skipped: { chat: { duplicate: 1 } },
    });
    expect(await messagesOf(type)).toHaveLength(1);
  });
});
