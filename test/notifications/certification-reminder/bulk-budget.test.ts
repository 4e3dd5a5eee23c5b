import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { portionOf, PORTION } from "../../../src/notifications/certification-reminder/org-portion.ts";
import { DAY } from "../../../src/lib/clock.ts";
import type { Harness } from "../../support/harness.ts";
import { createMailWorld, givenReaders } from "../../support/mail.ts";
import { wokenIds } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { auditOf, bulk, count } from "../../api/admin-notifications/calls.ts";

/** A row of dispatches has six index entries, a dedupe key one. */
const ROWS_PER_USER = 7 + 2;

/** `size` users of an organization, each with two certificates: one that expires soon, and one that does not. */
async function givenStaff(h: Harness, org: string, size: number): Promise<void> {
  const now = h.clock.now();
  for (let made = 0; made < size; made += 5_000) await givenReaders(h, Math.min(5_000, size - made), { org });
  await env.DB.prepare(
    `INSERT INTO certifications (id, user_id, name, expires_at, known_since)
     SELECT 'cert_' || u.id || n.value, u.id, 'First aid', ?1 + n.value * ?2, ?1
     FROM users u, json_each('[10, 300]') n WHERE u.org_id = ?3`,
  )
    .bind(now, DAY, org)
    .run();
}

/** What a bulk costs, consumers left out. */
async function costOf(h: Harness, org: string, more: object = {}) {
  h.meter.reset();
  const sends = h.queues.sends;
  const { body } = await bulk(h, org, more);
  const { trips, rowsRead, rowsWritten } = h.meter;
  return { data: body.data, trips, rowsRead, rowsWritten, sends: h.queues.sends - sends };
}

describe("a bulk of 10,000 users", () => {
  const h = createMailWorld();
  let org: string;
  let cost: Awaited<ReturnType<typeof costOf>>;

  beforeAll(async () => {
    const top = await givenOrg(h);
    org = await givenOrg(h, top);
    // Others, whose rows must cost nothing.
    await givenStaff(h, await givenOrg(h), 3_000);
    await givenStaff(h, org, 10_000);
    cost = await costOf(h, top, { include_sub_orgs: true });
  }, 120_000);

  test("reminds each of them once, and lists the first thousand", async () => {
    expect(cost.data).toMatchObject({ total_eligible: 10_000, dispatched: 10_000, failed: 0, skipped: 0 });
    expect(new Set(cost.data.dispatch_ids).size).toBe(1_000);
    expect(await count("dispatches", "org_id = ? AND status = 'queued'", org)).toBe(10_000);
    const users = `SELECT count(DISTINCT user_id) AS n FROM dispatches WHERE org_id = ?`;
    expect(await env.DB.prepare(users).bind(org).first("n")).toBe(10_000);
  });

  test("takes eight round trips: one to begin, two a portion, one to find nobody left, one for the ids", () => {
    expect(cost.trips).toBe(1 + 2 * (10_000 / PORTION) + 2 + 1);
  });

  test("takes a queue operation for each 5,000", () => {
    expect(cost.sends).toBe(2);
    expect(new Set(wokenIds(h).flat()).size).toBe(10_000);
    expect(new Set(h.queues.waiting.map(({ lane }) => lane))).toEqual(new Set(["bulk"]));
  });

  test("writes nine rows a user and one audit entry", () => {
    // The entry is written with each portion.
    expect(cost.rowsWritten).toBe(10_000 * ROWS_PER_USER + 3);
  });

  test("reads in proportion to the users, not to what else there is", () => {
    expect(cost.rowsRead).toBeLessThan(10_000 * 25);
  });

  test("again skips them all, in as many trips, writing one row a portion", async () => {
    const again = await costOf(h, org);
    expect(again.data).toMatchObject({
      total_eligible: 10_000,
      dispatched: 0,
      skipped: 10_000,
      dispatch_ids: [],
    });
    expect([again.trips, again.rowsWritten, again.sends]).toEqual([8, 3, 0]);
  });
});

test("costs half as much for half as many", async () => {
  const h = createMailWorld();
  const [small, large] = [await givenOrg(h), await givenOrg(h)];
  await givenStaff(h, small, 1_000);
  await givenStaff(h, large, 2_000);
  const [one, two] = [await costOf(h, small), await costOf(h, large)];
  expect(two.rowsWritten - 1).toBe(2 * (one.rowsWritten - 1));
  expect(two.rowsRead / one.rowsRead).toBeLessThan(2.1);
  expect(one.trips).toBe(two.trips);
});

test("a repeat goes on from an interruption midway: nobody is left out or reminded twice", async () => {
  const h = createMailWorld();
  const org = await givenOrg(h);
  await givenStaff(h, org, PORTION + 500);
  const headers = { "idempotency-key": "interrupted" };
  // Trips: the beginning; the first portion read and written; the second read, and its writing fails for good.
  const failing = h.interrupts.stopAtNext("d1", "before", 5);
  const dying = bulk(h, org, {}, { headers });
  await failing.reached;
  expect(await count("dispatches", "org_id = ?", org)).toBe(PORTION);
  const { body } = await bulk(h, org, {}, { headers });
  expect(body.data).toMatchObject({ total_eligible: 5_500, dispatched: 500, skipped: PORTION });
  expect(await count("dispatches", "org_id = ?", org)).toBe(5_500);
  // The interrupted call has its entry, with what it did.
  expect((await auditOf(org)).map(({ detail }) => JSON.parse(detail ?? "").dispatched)).toEqual([
    PORTION,
    500,
  ]);

  // It was only slow after all: it does nothing twice, and answers as the other did.
  failing.release();
  const late = await dying;
  expect(late.body.data).toEqual(body.data);
  expect(await count("dispatches", "org_id = ?", org)).toBe(5_500);
}, 60_000);

describe("the query plans of a bulk", () => {
  /** Steps that go through a whole table, apart from what a statement brings along itself. */
  async function scansOf(statements: { sql: string; params: unknown[] }[]) {
    const found: string[] = [];
    for (const { sql, params } of statements) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      found.push(
        ...results
          .map(({ detail }) => detail)
          .filter(
            (step) => /^SCAN/.test(step) && !/VIRTUAL TABLE|CONSTANT ROW|^SCAN (tree|soonest)$/.test(step),
          ),
      );
    }
    return found;
  }

  test.each([true, false])("go through no table (sub-organizations: %s)", async (include_sub_orgs) => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenStaff(h, org, 3);
    h.meter.reset();
    await bulk(h, org, { include_sub_orgs }, { headers: { "idempotency-key": `plans-${include_sub_orgs}` } });
    expect(h.meter.statements.length).toBeGreaterThan(8);
    expect(await scansOf(h.meter.statements)).toEqual([]);
  });

  test("find the users of a portion by the index of organizations, in its order", async () => {
    const h = createMailWorld();
    const request = { orgId: "x", daysThreshold: 30, includeSubOrgs: true };
    h.meter.reset();
    await h.ctx.db.read({ portion: portionOf(request, h.clock.now(), { org_id: "a", id: "b" }) });
    const [{ sql, params } = { sql: "", params: [] }] = h.meter.statements;
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail);
    expect(steps).toContainEqual(expect.stringMatching(/SEARCH u USING .*users_by_org/));
    expect(steps.filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
  });
});
