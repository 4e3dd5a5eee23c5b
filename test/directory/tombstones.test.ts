import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { erasedHash } from "../../src/directory/tombstones.ts";
import { removeOld } from "../../src/log/retention.ts";
import { DAY } from "../../src/lib/clock.ts";
import { type Answer, type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";

const USERS = "/api/v1/directory/users";
const N = "/api/v1/notifications";
const EMAIL = "kari@example.com";

/** Every row of every table that holds the id, or what the token says. */
async function tracesOf(id: string): Promise<string[]> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of tables) {
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    found.push(...results.map((row) => `${name} ${JSON.stringify(row)}`).filter((line) => line.includes(id)));
  }
  return found;
}

/** An erased user with a token that is still valid. */
async function givenErased(h: Harness): Promise<{ id: string; as: Caller }> {
  const { id } = await givenUser(h);
  expect((await h.request("DELETE", `${USERS}/${id}`)).status).toBe(200);
  return { id, as: { role: "user", sub: id, email: EMAIL, claims: { name: "Kari", email_verified: true } } };
}

const CREATING: Record<string, (h: Harness, id: string, as: Caller) => Promise<Answer>> = {
  "GET preferences": (h, _, as) => h.request("GET", `${N}/preferences`, { as }),
  "PATCH preferences": (h, _, as) =>
    h.request("PATCH", `${N}/preferences`, { as, body: { match_threshold: 1 } }),
  "PUT preferences": (h, _, as) => h.request("PUT", `${N}/preferences`, { as, body: { match_threshold: 1 } }),
  "POST test": (h, _, as) =>
    h.request("POST", `${N}/test`, { as, headers: { "idempotency-key": mint("key") } }),
  "POST device-tokens": (h, id, as) =>
    h.request("POST", `${N}/device-tokens`, {
      as,
      body: { user_id: id, token: `ExponentPushToken[${id}]`, platform: "ios" },
    }),
  "POST device-tokens, by a service": (h, id) =>
    h.request("POST", `${N}/device-tokens`, {
      body: { user_id: id, token: `ExponentPushToken[${id}]`, platform: "ios" },
    }),
  "POST device-tokens, without a token": (h, id) =>
    h.request("POST", `${N}/device-tokens`, {
      as: null,
      body: { user_id: id, token: `ExponentPushToken[${id}]`, platform: "ios" },
    }),
  "POST stats-notifications": (h, id, as) =>
    h.request("POST", "/api/v1/stats-notifications", {
      as,
      body: { user_id: id, time_window: "monthly" },
      headers: { "idempotency-key": mint("key") },
    }),
  "GET inbox": (h, _, as) => h.request("GET", "/api/v1/inbox", { as }),
};

describe("an erased user does not come back by a token that is still valid", () => {
  test.each(Object.keys(CREATING))("%s is 410, and makes nothing", async (name) => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });
    const { id, as } = await givenErased(h);
    const answer = await CREATING[name]?.(h, id, as);
    expect([answer?.status, answer?.body.code]).toEqual([410, "user_erased"]);
    await h.drain();
    expect(await tracesOf(id)).toEqual([]);
    expect(h.ses.accepted).toEqual([]);
  });

  test.each<[string, string, number, object]>([
    ["GET", `${N}/history`, 200, { items: [], total: 0 }],
    ["GET", `${N}/stats`, 200, { total_notifications: 0 }],
    ["GET", `${N}/health`, 200, {}],
    ["GET", `${N}/device-tokens`, 200, { tokens: [] }],
    ["GET", N, 200, { data: [] }],
    ["POST", "/api/v1/inbox/read-all", 200, { updated: 0 }],
    ["POST", "/api/v1/inbox/ticket", 201, {}],
  ])("%s %s has nothing, and makes nothing", async (method, path, status, body) => {
    const h = createHarness();
    const { id, as } = await givenErased(h);
    expect(await h.request(method, path, { as })).toMatchObject({ status, body });
    expect(await tracesOf(id)).toEqual([]);
  });

  test("a push to them finds nobody", async () => {
    const h = createHarness();
    const { id } = await givenErased(h);
    expect((await h.request("POST", N, { body: aPush(id) })).status).toBe(404);
    expect(await tracesOf(id)).toEqual([]);
  });

  test("but the directory may create the user anew, as it says", async () => {
    const h = createHarness();
    const { id, as } = await givenErased(h);
    expect((await h.request("PUT", `${USERS}/${id}`, { body: { name: "Anew" } })).status).toBe(201);
    expect((await CREATING["GET preferences"]?.(h, id, as))?.status).toBe(200);
    expect((await CREATING["POST device-tokens"]?.(h, id, as))?.status).toBe(201);
    expect((await h.request("GET", `${USERS}/${id}`)).body).toMatchObject({ name: "Anew", email: null });
    await h.request("DELETE", `${USERS}/${id}`);
    expect((await CREATING["GET preferences"]?.(h, id, as))?.status).toBe(410);
  });
});

describe("a tombstone", () => {
  const stones = async () => (await env.DB.prepare("SELECT * FROM erased_users").all()).results;

  test("holds for TOMBSTONE_DAYS; retention removes it then, and not before", async () => {
    await env.DB.prepare("DELETE FROM erased_users").run();
    const h = createHarness({ vars: { TOMBSTONE_DAYS: "5" } });
    const { id, as } = await givenErased(h);
    const until = h.clock.now() + 5 * DAY;
    expect(await stones()).toEqual([{ id_hash: expect.stringMatching(/^[0-9a-f]{64}$/), expires_at: until }]);
    h.clock.set(until - 1);
    await removeOld(h.ctx);
    expect((await CREATING["GET preferences"]?.(h, id, as))?.status).toBe(410);
    h.clock.set(until);
    expect((await CREATING["GET preferences"]?.(h, id, as))?.status).toBe(200);
    await removeOld(h.ctx);
    expect(await stones()).toEqual([]);
  });

  // Stored hashes are compared with this for months: a new version must make the same one.
  test("is the SHA-256 of a text with the id, in hexadecimal", async () => {
    expect(await erasedHash("usr_1")).toBe(
      "6ae533c4380c0795e8e48b5302778cd0a6d3a60c91f3b4a1f5562db44023180f",
    );
  });

  test("holds from the last time that the user was erased", async () => {
    await env.DB.prepare("DELETE FROM erased_users").run();
    const h = createHarness({ vars: { TOMBSTONE_DAYS: "5" } });
    const { id } = await givenErased(h);
    expect((await h.request("PUT", `${USERS}/${id}`, { body: { name: "Anew" } })).status).toBe(201);
    h.clock.advance(DAY);
    expect((await h.request("DELETE", `${USERS}/${id}`)).status).toBe(200);
    expect(await stones()).toMatchObject([{ expires_at: h.clock.now() + 5 * DAY }]);
  });

  test("is not set when there was nothing to erase", async () => {
    await env.DB.prepare("DELETE FROM erased_users").run();
    const h = createHarness();
    expect((await h.request("DELETE", `${USERS}/${mint("usr")}`)).status).toBe(404);
    expect(await stones()).toEqual([]);
  });

  test("is found by its key", async () => {
    const h = createHarness();
    const { as } = await givenErased(h);
    h.meter.reset();
    await CREATING["GET preferences"]?.(h, "", as);
    expect(h.meter).toMatchObject({ trips: 2, rowsWritten: 0 });
    for (const { sql, params } of h.meter.statements) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      // `line` is no table: it is what the statement has found of the user's organizations.
      for (const { detail } of results)
        expect(detail).not.toMatch(/^SCAN (?!CONSTANT|line$|.*VIRTUAL TABLE)/);
    }
  });
});
