import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { keyIdOf } from "../../../src/auth/vault.ts";
import { secretOf } from "../../../src/channels/chat/connections.ts";
import type { ChatConnection } from "../../../src/db/schema/index.ts";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { emptyTables, errorsOf, givenUsers } from "../../support/pipeline.ts";
import { givenOrg, givenUser } from "../../support/world.ts";

beforeEach(emptyTables);

const PATH = "/api/v1/chat-connections";
const DISCORD = "https://discord.com/api/webhooks/123456789012345678/the-secret-of-the-webhook-0001";
const SLACK = {
  kind: "slack_bot",
  name: "#ops",
  token: "xoxb-1234567890-abcdefgh-9999",
  channel: "C024BE91L",
};
const discord = (more: object = {}) => ({ kind: "discord", name: "Mine", url: DISCORD, ...more });

const post = (h: Harness, body: object, as = SERVICE) => h.request("POST", PATH, { as, body });

async function world(vars: Record<string, string> = {}) {
  const h = createHarness({ vars });
  const { users } = await givenUsers(h, 1, 0);
  return { h, user: users[0] ?? "" };
}

const rowOf = async (printed: string) => {
  const row = await env.DB.prepare("SELECT * FROM chat_connections WHERE id = ?")
    .bind(printed)
    .first<ChatConnection>();
  if (row === null) throw new Error("There is no such connection");
  return row;
};

describe("a chat connection", () => {
  test.each([
    SLACK,
    discord(),
    { kind: "slack_webhook", name: "W", url: "https://hooks.slack.com/services/T0/B0/the-secret-part-of-it" },
    {
      kind: "teams",
      name: "T",
      url: "https://prod-12.westeurope.logic.azure.com:443/workflows/ab/triggers/manual/paths/invoke?api-version=2016-06-01&sig=the-secret",
    },
    {
      kind: "teams",
      name: "T",
      url: "https://default1234.ab.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?sig=the-secret",
    },
    { kind: "webhook", name: "P", url: "https://hooks.acme.com/in?key=the-secret" },
  ])("of the kind $kind is made, and its secret is in no answer and no column", async (body) => {
    const { h, user } = await world();
    const made = await post(h, { ...body, user_id: user });
    expect(made).toMatchObject({ status: 201, body: { kind: body.kind, user_id: user, status: "active" } });
    const row = await rowOf(made.body.id);
    const secret = "token" in body ? body.token : body.url;
    const parts = secret.split(/[/?=]/).filter((part) => part.length > 8 && !part.includes("."));
    const list = await h.request("GET", `${PATH}?user_id=${user}`, { as: SERVICE });
    expect(list.body.data).toHaveLength(1);
    for (const text of [JSON.stringify(row), JSON.stringify(list.body), h.logged.join("")])
      for (const part of parts.filter((one) => one.includes("secret") || one.startsWith("xoxb")))
        expect(text).not.toContain(part);
    expect(await secretOf(h.ctx, row)).toMatchObject(
      "token" in body ? { token: body.token } : { url: new URL(body.url).href },
    );
  });

  test("of a program gets a secret to sign with, which is answered once", async () => {
    const { h, user } = await world();
    const body = { kind: "webhook", name: "P", url: "https://hooks.acme.com/in", user_id: user };
    const made = await post(h, body);
    expect(made.body.signing_secret).toMatch(/^whsec_/);
    const read = await h.request("GET", `${PATH}/${made.body.id}`, { as: SERVICE });
    expect(JSON.stringify(read.body)).not.toContain("whsec_");
    expect(await secretOf(h.ctx, await rowOf(made.body.id))).toMatchObject({
      signing: made.body.signing_secret,
    });
  });

  test.each<[string, object, string]>([
    ["a URL of another host", discord({ url: "https://discord.com.evil.example/api/webhooks/1/a" }), "/url"],
    ["another path", discord({ url: "https://discord.com/login" }), "/url"],
    ["an office connector", { ...discord({ kind: "teams" }), url: "https://a.webhook.office.com/x" }, "/url"],
    ["an internal host", { kind: "webhook", name: "P", url: "https://10.0.0.1/" }, "/url"],
    ["the metadata service", { kind: "webhook", name: "P", url: "http://169.254.169.254/latest" }, "/url"],
    ["credentials in a URL", { kind: "webhook", name: "P", url: "https://a:b@acme.com/" }, "/url"],
    ["a user's token", { ...SLACK, token: "xoxp-1234567890-abcdefgh" }, "/token"],
    ["a channel's name", { ...SLACK, channel: "#ops" }, "/channel"],
    ["no channel", { kind: "slack_bot", name: "B", token: SLACK.token }, "/channel"],
    ["no URL", { kind: "discord", name: "B" }, "/url"],
    ["a field of another kind", discord({ token: SLACK.token }), "/token"],
    [
      "a short signing secret",
      { kind: "webhook", name: "P", url: "https://a.com/", signing_secret: "whsec_aaaa" },
      "/signing_secret",
    ],
    ["two owners", discord({ user_id: "a", org_id: "b" }), "/org_id"],
    ["a blank name", discord({ name: " " }), "/name"],
  ])("is refused with %s, and nothing of a secret is repeated", async (_, body, pointer) => {
    const { h, user } = await world();
    const answer = await post(h, "org_id" in body ? body : { user_id: user, ...body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(JSON.stringify(answer.body)).not.toMatch(/xox[bp]-1|whsec_a/);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM chat_connections").first("n")).toBe(0);
  });

  test("cannot be made for nobody, nor beyond the limit, nor without a key", async () => {
    const { h, user } = await world();
    expect(await post(h, discord())).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/user_id" }] },
    });
    expect(await post(h, discord({ user_id: "nobody" }))).toMatchObject({ status: 404 });
    expect(await post(h, discord({ org_id: "nowhere" }))).toMatchObject({ status: 404 });
    for (let i = 0; i < 10; i++)
      expect(await post(h, discord({ user_id: user }))).toMatchObject({ status: 201 });
    expect(await post(h, discord({ user_id: user }))).toMatchObject({
      status: 409,
      body: { code: "too_many_connections" },
    });
    const keyless = createHarness({ vars: { SECRETS_KEY: "" } });
    expect(await post(keyless, discord({ user_id: user }))).toMatchObject({
      status: 503,
      body: { code: "secrets_key_missing" },
    });
    expect(errorsOf(h)).toEqual([]);
  });

  test("is renamed, paused, mended by a new secret and deleted", async () => {
    const { h, user } = await world();
    const { body } = await post(h, { ...SLACK, user_id: user });
    const path = `${PATH}/${body.id}`;
    const patch = (change: object) => h.request("PATCH", path, { as: SERVICE, body: change });
    expect((await patch({ name: "New", paused: true })).body).toMatchObject({
      name: "New",
      status: "paused",
    });
    expect((await patch({ paused: false })).body).toMatchObject({ status: "active" });
    await env.DB.prepare(
      "UPDATE chat_connections SET broken_code = 'connection_revoked', broken_at = 1",
    ).run();
    expect((await h.request("GET", path, { as: SERVICE })).body).toMatchObject({
      status: "broken",
      broken: { code: "connection_revoked", message: "Its token or webhook was revoked. Enter a new one" },
    });
    expect((await patch({ name: "Newer" })).body.status).toBe("broken");
    const rotated = await patch({ token: "xoxb-1234567890-abcdefgh-0000" });
    expect(rotated.body).toMatchObject({ status: "active", broken: null, hint: "xoxb-…0000" });
    expect(await secretOf(h.ctx, await rowOf(body.id))).toEqual({ token: "xoxb-1234567890-abcdefgh-0000" });
    expect(await patch({ url: DISCORD })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/url" }] },
    });
    expect(await patch({})).toMatchObject({ status: 400 });
    expect(await h.request("DELETE", path, { as: SERVICE })).toMatchObject({ status: 200 });
    expect(await h.request("DELETE", path, { as: SERVICE })).toMatchObject({ status: 404 });
    const { results } = await env.DB.prepare("SELECT action FROM audit_log ORDER BY id").all();
    expect(results.map(({ action }) => action)).toEqual([
      "chat_connection.create",
      ...Array(4).fill("chat_connection.change"),
      "chat_connection.delete",
    ]);
  });

  test("keeps its signing secret when its URL changes", async () => {
    const { h, user } = await world();
    const { body } = await post(h, { kind: "webhook", name: "P", url: "https://a.acme.com/", user_id: user });
    const patch = { as: SERVICE, body: { url: "https://b.acme.com/" } };
    expect(await h.request("PATCH", `${PATH}/${body.id}`, patch)).toMatchObject({ status: 200 });
    expect(await secretOf(h.ctx, await rowOf(body.id))).toEqual({
      url: "https://b.acme.com/",
      signing: body.signing_secret,
    });
  });

  test("is listed page by page, and goes with its user or its organization", async () => {
    const { h, user } = await world();
    const org = mint("org");
    await h.request("PUT", `/api/v1/directory/orgs/${org}`, { as: SERVICE, body: { name: "Acme" } });
    for (let i = 0; i < 3; i++) await post(h, discord({ user_id: user, name: `U${i}` }));
    const { body: ofOrg } = await post(h, discord({ org_id: org }));
    const first = await h.request("GET", `${PATH}?user_id=${user}&limit=2`, { as: SERVICE });
    const cursor = first.body.pagination.next_cursor;
    const second = await h.request("GET", `${PATH}?user_id=${user}&limit=2&cursor=${cursor}`, {
      as: SERVICE,
    });
    const names = [...first.body.data, ...second.body.data].map(({ name }: { name: string }) => name);
    expect(names).toEqual(["U0", "U1", "U2"]);
    await h.request("DELETE", `/api/v1/directory/users/${user}`, { as: SERVICE });
    expect(await h.request("GET", `${PATH}/${first.body.data[0].id}`, { as: SERVICE })).toMatchObject({
      status: 404,
    });
    expect(await h.request("GET", `${PATH}/${ofOrg.id}`, { as: SERVICE })).toMatchObject({ status: 200 });
    await h.request("DELETE", `/api/v1/directory/orgs/${org}`, { as: SERVICE });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM chat_connections").first("n")).toBe(0);
  });
});

describe("an org_admin", () => {
  test("sees and deletes a user's connection, and neither makes, changes nor tries one", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const as: Caller = { role: "org_admin", sub: mint("adm"), org };
    const { body } = await post(h, discord({ user_id: user }));
    const path = `${PATH}/${body.id}`;
    const refused = [
      await post(h, discord({ user_id: user }), as),
      await h.request("PATCH", path, { as, body: { url: DISCORD } }),
      await h.request("PATCH", path, { as, body: { paused: true } }),
      await h.request("POST", `${path}/test`, { as }),
    ];
    for (const answer of refused)
      expect(answer).toMatchObject({ status: 403, body: { code: "not_the_user" } });
    const row = await rowOf(body.id);
    expect([row.updated_at, row.paused_at]).toEqual([row.created_at, null]);
    expect(await post(h, discord({ user_id: "nobody" }), as)).toMatchObject({ status: 404 });
    expect((await h.request("GET", `${PATH}?user_id=${user}`, { as })).body.data).toHaveLength(1);
    expect(await h.request("GET", path, { as })).toMatchObject({ status: 200 });
    expect(await h.request("DELETE", path, { as })).toMatchObject({ status: 200 });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM chat_connections").first("n")).toBe(0);
  });

  test("has connections of their own, as any user", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: sub } = await givenUser(h, { org });
    const as: Caller = { role: "org_admin", sub, org };
    const made = await post(h, discord({ user_id: sub }), as);
    expect(made).toMatchObject({ status: 201, body: { user_id: sub } });
    const patch = { as, body: { paused: true } };
    expect(await h.request("PATCH", `${PATH}/${made.body.id}`, patch)).toMatchObject({ status: 200 });
  });
});

describe("changes of connections have an end", () => {
  test("for an admin with the quota of the organization, which users have nothing to do with", async () => {
    const h = createHarness({ vars: { ORG_DAILY_QUOTA: "4" } });
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const as: Caller = { role: "org_admin", sub: "adm", org };
    const own: Caller = { role: "user", sub: user, org };
    const { body } = await post(h, discord({ org_id: org }), as);
    const path = `${PATH}/${body.id}`;
    for (const paused of [true, false, true])
      expect((await h.request("PATCH", path, { as, body: { paused } })).status).toBe(200);
    for (const answer of [
      await post(h, discord({ org_id: org }), as),
      await h.request("PATCH", path, { as, body: { paused: false } }),
      await h.request("POST", `${path}/test`, { as }),
      await h.request("DELETE", path, { as }),
    ])
      expect(answer).toMatchObject({ status: 429, body: { code: "org_quota" } });
    expect((await post(h, discord({ user_id: user }), own)).status).toBe(201);
  });

  test("for a user after 120 an hour, whatever the quota", async () => {
    const h = createHarness({ vars: { ORG_DAILY_QUOTA: "1" } });
    const org = await givenOrg(h);
    const [{ id: user }, { id: other }] = [await givenUser(h, { org }), await givenUser(h, { org })];
    const own: Caller = { role: "user", sub: user, org };
    const { body } = await post(h, discord({ user_id: user }), own);
    const path = `${PATH}/${body.id}`;
    const change = (n: number) => h.request("PATCH", path, { as: own, body: { name: `N${n}` } });
    for (let n = 1; n < 120; n++) expect((await change(n)).status).toBe(200);
    expect((await change(120)).status).toBe(429);
    expect((await h.request("DELETE", path, { as: own })).status).toBe(429);
    expect((await post(h, discord({ user_id: other }), { role: "user", sub: other, org })).status).toBe(201);
    h.clock.advance(60_000);
    expect((await h.request("DELETE", path, { as: own })).status).toBe(200);
  });
});

const OLD = "the-former-secrets-key-0123456789abcdef";
const NEW = "the-present-secrets-key-0123456789abcdef";

describe("a rotation of SECRETS_KEY", () => {
  test("opens what the former key has sealed, and an hour later all is sealed anew", async () => {
    const { h, user } = await world({ SECRETS_KEY: OLD });
    const { body } = await post(h, discord({ user_id: user }));
    const rotating = createHarness({ vars: { SECRETS_KEY: NEW, SECRETS_KEY_PREVIOUS: OLD } });
    const before = await rowOf(body.id);
    expect(before.sealed_by).toBe(await keyIdOf(OLD));
    expect(await secretOf(rotating.ctx, before)).toEqual({ url: DISCORD });
    await rotating.tick("17 * * * *");
    const after = await rowOf(body.id);
    expect(after.sealed_by).toBe(await keyIdOf(NEW));
    const over = createHarness({ vars: { SECRETS_KEY: NEW } });
    expect(await secretOf(over.ctx, after)).toEqual({ url: DISCORD });
    expect(await secretOf(h.ctx, after)).toBeNull();
    // A second run finds nothing to do.
    await rotating.tick("17 * * * *");
    expect((await rowOf(body.id)).secret).toBe(after.secret);
  });

  test("leaves and logs what cannot be opened, and seals the others anew", async () => {
    const { h, user } = await world({ SECRETS_KEY: OLD });
    const first = await post(h, discord({ user_id: user }));
    const second = await post(h, discord({ user_id: user }));
    await env.DB.prepare("UPDATE chat_connections SET secret = ?1 WHERE id = ?2")
      .bind((await rowOf(second.body.id)).secret, first.body.id)
      .run();
    const rotating = createHarness({ vars: { SECRETS_KEY: NEW, SECRETS_KEY_PREVIOUS: OLD } });
    await rotating.tick("17 * * * *");
    expect((await rowOf(first.body.id)).sealed_by).toBe(await keyIdOf(OLD));
    expect((await rowOf(second.body.id)).sealed_by).toBe(await keyIdOf(NEW));
    expect(rotating.logged.filter((line) => line.includes("secret_unreadable"))).toHaveLength(1);
  });
});
