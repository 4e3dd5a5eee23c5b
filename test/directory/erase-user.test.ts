import { env } from "cloudflare:workers";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import type { Ctx } from "../../src/ctx.ts";
import type { Batch } from "../../src/db/statement.ts";
import * as schema from "../../src/db/schema/index.ts";
import { eraseUser, NAMING, OWNED } from "../../src/directory/erase-user.ts";
import { dispatchRow, insertDispatches, insertDedupeKeys } from "../../src/outbox/create.ts";
import { pushBudget } from "../../src/rate-limit/budgets.ts";
import { createHookWorld, emptyEndpoints, givenEndpoint } from "../channels/webhook/world.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { plansOf, scans } from "../support/plans.ts";
import { aPush, givenUser } from "../support/world.ts";

const erase = (h: Harness, id: string) => h.request("DELETE", `/api/v1/directory/users/${id}`);

/** Every row of every table in which one of `needles` stands, as text. */
async function rowsWith(needles: readonly string[]): Promise<string[]> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of tables.results) {
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    const lines = results.map((row) => `${name} ${JSON.stringify(row)}`);
    found.push(...lines.filter((line) => needles.some((needle) => line.includes(needle))));
  }
  return found;
}

const count = async (userId: string) =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM dispatches WHERE user_id = ?")
      .bind(userId)
      .first<{ n: number }>()
  )?.n;

/** Dispatches as a source makes them, each with a dedupe key and a delivery. */
async function givenDispatches(h: Harness, userId: string, n: number, sendAt?: number): Promise<string[]> {
  const rows = Array.from({ length: n }, () =>
    dispatchRow(h.ctx, {
      channel: "push",
      lane: "bulk",
      type: "push",
      userId,
      orgId: null,
      title: "Hello",
      ...(sendAt === undefined ? { failure: { code: "no_device", message: "No device" } } : { sendAt }),
    }),
  );
  const ids = rows.map((row) => row.id);
  await h.ctx.db.write({
    dispatches: insertDispatches(rows),
    keys: insertDedupeKeys(ids.map((id) => ({ key: `digest:${userId}:${id}`, dispatch_id: id }))),
  });
  await env.DB.prepare(
    "INSERT INTO deliveries (dispatch_id, device_id, status, provider) SELECT value, 1, 'accepted', 'expo' FROM json_each(?)",
  )
    .bind(JSON.stringify(ids))
    .run();
  return ids;
}

/** A row in each table that belongs to the user or names them, whatever else it needs. */
async function givenRowsEverywhere(userId: string): Promise<void> {
  const others = [...OWNED, ...NAMING].filter(({ table }) => table !== schema.users);
  const statements = others.map(({ table, user }) => {
    const columns = Object.values(getTableColumns(table)).filter(
      (column) => column === user || column.notNull,
    );
    const values = columns.map((column) =>
      column === user ? userId : column.dataType === "string" ? mint("v") : 1_000_000,
    );
    const names = columns.map((column) => column.name).join(", ");
    const marks = columns.map(() => "?").join(", ");
    return env.DB.prepare(`INSERT INTO ${getTableName(table)} (${names}) VALUES (${marks})`).bind(...values);
  });
  await env.DB.batch(statements);
}

test("every column that may hold a user's id is seen to", () => {
  const seenTo = new Set(
    [...OWNED, ...NAMING].map(({ table, user }) => `${getTableName(table)}.${user.name}`),
  );
  const tables = Object.values(schema as Record<string, unknown>).filter((value) => is(value, SQLiteTable));
  const columns = tables.flatMap((table) =>
    Object.keys(getTableColumns(table)).map((column) => `${getTableName(table)}.${column}`),
  );
  const holding = columns.filter((column) => /\.(user|coordinator|mentor|recipient|owner)_id$/.test(column));
  expect(holding.length).toBeGreaterThan(5);
  // Dispatches go in portions of their own, with what hangs on them.
  expect(holding.filter((column) => !seenTo.has(column))).toEqual(["dispatches.user_id"]);
});

test("erasure leaves nothing of the user in any table, and everything of others", async () => {
  const h = createHarness();
  const user = await givenUser(h, { org: mint("org"), email: "erased@example.com", devices: 2 });
  const other = await givenUser(h, { devices: 1 });
  const headers = { "idempotency-key": user.id };
  const push = { title: "Private title", body: `About ${user.id}`, data: { for: user.id } };
  await h.request("POST", "/api/v1/notifications", { headers, body: aPush(user.id, push) });
  await h.request("POST", "/api/v1/notifications/batch", {
    body: { targets: [aPush(user.id), aPush(other.id)] },
  });
  const unsent = new Date(h.clock.now() + 86_400_000).toISOString();
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id, { send_at: unsent }) });
  const made = await givenDispatches(h, user.id, 3);
  await givenRowsEverywhere(user.id);
  const needles = [user.id, ...user.tokens, "erased@example.com", "Private title", ...made];
  expect((await rowsWith(needles)).length).toBeGreaterThan(20);
  const others = await rowsWith([other.id]);
  const mentors = () => env.DB.prepare("SELECT count(*) AS n FROM peer_mentors").first<{ n: number }>();
  const mentorsBefore = await mentors();

  h.meter.reset();
  expect(await erase(h, user.id)).toMatchObject({ status: 200, body: { deleted: true, id: user.id } });
  expect(h.meter.trips).toBe(1);
  expect(await rowsWith(needles)).toEqual([]);
  expect(await rowsWith([other.id])).toEqual(others);
  expect(await mentors()).toEqual(mentorsBefore);
  const { n } = (await env.DB.prepare(
    "SELECT count(*) AS n FROM deliveries WHERE dispatch_id NOT IN (SELECT id FROM dispatches)",
  ).first<{ n: number }>()) ?? { n: -1 };
  expect(n).toBe(0);
});

test("nothing is sent to an erased user, not even what a queue already holds", async () => {
  const h = createHarness({ autoDrain: false });
  const user = await givenUser(h);
  const prefer = { headers: { prefer: "respond-async" } };
  await h.request("POST", "/api/v1/notifications", { ...prefer, body: aPush(user.id) });
  expect(h.queues.waiting).toHaveLength(1);
  await erase(h, user.id);
  await h.drain();
  h.clock.advance(3_600_000);
  await h.tick();
  await h.drain();
  expect(h.expo.accepted).toEqual([]);
});

test("the user's rate limiter forgets them", async () => {
  const h = createHarness();
  const user = await givenUser(h);
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  const usage = () => h.ctx.limiters.of(user.id).usage(pushBudget(h.ctx));
  expect(await usage()).toMatchObject({ used: 1 });
  await erase(h, user.id);
  expect(await usage()).toMatchObject({ used: 0 });
});

test("a user with thousands of messages is erased in portions, the user and the unsent first", async () => {
  const h = createHarness();
  const user = await givenUser(h);
  await givenDispatches(h, user.id, 4_500);
  const [unsent = ""] = await givenDispatches(h, user.id, 1, h.clock.now() + 3_600_000);
  const author = { actor: "service:test", requestId: "r" };
  await expect(eraseUser(failingAfter(1, h.ctx), author, user.id)).rejects.toThrow("interrupted");
  expect(await count(user.id)).toBe(2_501);
  expect(await rowsWith([...user.tokens, unsent])).toEqual([]);
  expect((await h.request("GET", `/api/v1/directory/users/${user.id}`)).status).toBe(404);

  h.meter.reset();
  expect((await erase(h, user.id)).status).toBe(200);
  expect(h.meter.trips).toBe(2);
  expect(await rowsWith([user.id])).toEqual([]);
  expect(await erase(h, user.id)).toMatchObject({ status: 404, body: { code: "not_found" } });
});

/** A context whose database takes so many writes, and then no more. */
function failingAfter(times: number, ctx: Ctx): Ctx {
  let calls = 0;
  const write: Ctx["db"]["write"] = async (batch: Batch) => {
    if (calls++ >= times) throw new Error("interrupted");
    return ctx.db.write(batch);
  };
  return { ...ctx, db: { ...ctx.db, write } };
}

test("what erasure asks is answered from indexes", async () => {
  const h = createHarness();
  const user = await givenUser(h);
  h.meter.reset();
  await erase(h, user.id);
  expect(h.meter.statements.length).toBeGreaterThan(4);
  for (const { sql, params } of h.meter.statements) {
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    for (const { detail } of plan.results)
      expect(detail).not.toMatch(/^SCAN (?!kept|CONSTANT|\(subquery|.*VIRTUAL TABLE)/);
  }
});

test("what programs were told of the user goes, too, found by an index, and what they were told of others stays", async () => {
  const { h, org } = await createHookWorld();
  await givenEndpoint(h, org);
  const [user, other] = [await givenUser(h, { org }), await givenUser(h, { org })];
  for (const { id } of [user, other]) {
    await h.request("POST", "/api/v1/notifications", { body: aPush(id) });
    const as = { role: "user", sub: id, org } as const;
    await h.request("GET", "/api/v1/notifications/preferences", { as });
    const body = { weekly_digest_enabled: false };
    await h.request("PUT", "/api/v1/notifications/preferences", { as, body });
  }
  await h.drain();
  const told = async (id: string) =>
    env.DB.prepare("SELECT count(*) AS n FROM dispatches WHERE channel = 'webhook' AND instr(payload, ?) > 0")
      .bind(id)
      .first("n");
  expect([await told(user.id), await told(other.id)]).toEqual([2, 2]);
  h.meter.reset();
  expect((await erase(h, user.id)).status).toBe(200);
  expect((await plansOf(h)).filter((plan) => scans(plan).length > 0)).toEqual([]);
  expect([await told(user.id), await told(other.id)]).toEqual([0, 2]);
  expect(await rowsWith([user.id])).toEqual([]);
  await emptyEndpoints();
});

test("thousands of webhooks of a user go in portions, and what was told after the user had gone is found by a repeat", async () => {
  const { h, org } = await createHookWorld({ autoDrain: false });
  await givenEndpoint(h, org);
  const user = await givenUser(h, { org });
  const tell = (n: number) =>
    env.DB.prepare(
      `INSERT INTO webhook_events (type, org_id, at, data)
       SELECT 'preferences.changed', ?1, ?2, json_object('user_id', ?3, 'org_id', ?1) FROM json_each(?4)`,
    )
      .bind(org, h.clock.now(), user.id, JSON.stringify(Array.from({ length: n }, (_, i) => i)))
      .run();
  await tell(4_500);
  const left = () =>
    env.DB.prepare("SELECT count(*) AS n FROM dispatches WHERE channel = 'webhook'").first("n");
  expect(await left()).toBe(4_500);
  expect((await erase(h, user.id)).status).toBe(200);
  expect(await left()).toBe(0);
  await tell(1);
  expect((await erase(h, user.id)).status).toBe(200);
  expect([await left(), (await erase(h, user.id)).status]).toEqual([0, 404]);
  await emptyEndpoints();
});
