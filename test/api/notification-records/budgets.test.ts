import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { keepOutcomes } from "../../../src/notifications/pause/following.ts";
import { type Caller, createHarness, mint, SERVICE } from "../../support/harness.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { aRecord, BASE, givenRecord, givenTenant, post, type Tenant } from "./calls.ts";

const h = createHarness({ autoDrain: false });
let tenant: Tenant;
let id: string;

beforeAll(async () => {
  tenant = await givenTenant(h);
  const { users } = await givenUsers(h, 1);
  await tenant.mentor.put({ coordinator_id: users[0] });
  tenant = { ...tenant, coordinator: users[0] ?? "" };
  for (const current_status of ["paused", "active", "paused"]) await tenant.mentor.put({ current_status });
  id = await givenRecord(h, tenant.mentor.id);
});

const callers = (): [string, Caller][] => [
  ["service", SERVICE],
  ["coordinator", { role: "coordinator", sub: tenant.coordinator }],
  ["org_admin", { role: "org_admin", sub: "adm", org: tenant.org }],
];

async function trips(method: string, path: string, options: Parameters<typeof h.request>[2] = {}) {
  h.meter.reset();
  const { status } = await h.request(method, path, options);
  expect(status).toBeLessThan(300);
  return h.meter.trips;
}

/** Steps of the plans of all statements since the last reset that go through a whole table. */
async function scans(): Promise<string[]> {
  const found: string[] = [];
  for (const statement of h.meter.statements) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statement.sql}`)
      .bind(...statement.params)
      .all<{ detail: string }>();
    for (const { detail } of results)
      if (/^SCAN (?!.*VIRTUAL TABLE)/.test(detail) && !HARMLESS.test(detail)) found.push(detail);
  }
  return found;
}

/** Constants, and what a subquery has gathered. */
const HARMLESS = /^SCAN (CONSTANT ROW|tree|\(subquery-\d+\))$/;

const READS: [name: string, path: () => string][] = [
  ["the list", () => ""],
  ["the list of a mentor", () => `?peer_mentor_id=${tenant.mentor.id}`],
  ["the list of who was told", () => `?coordinator_id=${tenant.coordinator}`],
  ["the list of an event", () => "?event_type=pause_activated"],
  ["the list of a span", () => "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"],
  ["a record", () => `/${id}`],
  ["a history", () => `/history/${tenant.mentor.id}`],
  ["a profile", () => `/peer-mentor-profile/${tenant.mentor.id}`],
];

describe.each(READS)("%s", (name, path) => {
  test("costs one round trip for everyone, and goes through no table", async () => {
    for (const [role, as] of callers()) {
      expect([role, await trips("GET", `${BASE}${path()}`, { as })]).toEqual([role, 1]);
      // Whoever sees everything reads the table itself, newest first until the page is full, and counts up to the cap.
      const inOrder = role === "service" && (name === "the list" || name === "the list of an event");
      const found = (await scans()).map((detail) => detail.slice(0, "SCAN c".length));
      expect([role, found]).toEqual([role, inOrder ? ["SCAN c", "SCAN c"] : []]);
    }
  });
});

describe("writes", () => {
  test("POST costs two round trips, with a key and without", async () => {
    for (const [role, as] of callers())
      for (const headers of [{}, { "idempotency-key": mint("key") }]) {
        const body = aRecord(tenant.mentor.id);
        expect([role, await trips("POST", BASE, { as, body, headers })]).toEqual([role, 2]);
        expect(await scans()).toEqual([]);
      }
  });

  test("PUT and DELETE cost one", async () => {
    const { body } = await post(h, aRecord(tenant.mentor.id));
    const change = { channels_notified: ["email"], notes: "x" };
    const [, , [, orgAdmin] = ["", SERVICE]] = callers();
    expect(await trips("PUT", `${BASE}/${body.id}`, { as: orgAdmin, body: change })).toBe(1);
    expect(await scans()).toEqual([]);
    expect(await trips("DELETE", `${BASE}/${body.id}`)).toBe(1);
    expect(await scans()).toEqual([]);
  });

  test("a pause and a return cost one each, single and in bulk", async () => {
    const path = "/api/v1/directory/peer-mentors";
    const facts = { full_name: "Kari Nordmann", coordinator_id: tenant.coordinator };
    const items = [{ ...facts, id: mint("pm") }];
    await h.request("POST", path, { body: { items } });
    for (const current_status of ["paused", "active"]) {
      const body = { ...facts, current_status };
      expect(await trips("PUT", `${path}/${tenant.mentor.id}`, { body })).toBe(1);
      expect(await scans()).toEqual([]);
      const bulk = { items: items.map((item) => ({ ...item, current_status })) };
      expect(await trips("POST", path, { body: bulk })).toBe(1);
      expect(await scans()).toEqual([]);
    }
  });

  test("deleting a mentor costs one", async () => {
    const { mentor } = await givenTenant(h);
    expect(await trips("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`)).toBe(1);
    expect(await scans()).toEqual([]);
  });
});

test("keeping the outcomes of old dispatches goes through no table", async () => {
  h.meter.reset();
  await h.ctx.db.write({
    kept: keepOutcomes(
      sql`(SELECT id FROM dispatches WHERE id < ${"0"} AND wake_at IS NULL ORDER BY id LIMIT 2000)`,
    ),
  });
  // The write ends with a look for webhooks.
  expect(h.meter.statements).toHaveLength(1 + 1);
  expect(await scans()).toEqual([]);
});

test("the cost of a coordinator's list grows with their mentors and not with everybody's", async () => {
  const as: Caller = { role: "coordinator", sub: tenant.coordinator };
  const cost = async () => {
    await trips("GET", BASE, { as });
    return h.meter.rowsRead;
  };
  const before = await cost();
  const other = await givenTenant(h);
  for (let i = 0; i < 50; i++) await givenRecord(h, other.mentor.id);
  expect(await cost()).toBeLessThan(before + 10);
});
