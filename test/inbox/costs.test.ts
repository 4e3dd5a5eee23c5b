import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { changesSince, standingOf } from "../../src/inbox/queries.ts";
import { type Caller, createHarness, type Harness } from "../support/harness.ts";
import { givenUser } from "../support/world.ts";
import { aReader, BASE, givenMessages } from "./world.ts";

/** How SQLite would run each statement since the last reset, as one text. */
async function plans(h: Harness): Promise<string[]> {
  const asked = h.meter.statements.map(({ sql, params }) =>
    env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params),
  );
  const answers = await env.DB.batch<{ detail: string }>(asked);
  return answers.map(({ results }) => results.map((step) => step.detail).join("; "));
}

/** A reader whom the directory knows, with `count` messages of which every third is read and every fifth archived. */
async function givenReader(h: Harness, count: number): Promise<Caller & { sub: string; ids: string[] }> {
  const { id } = await givenUser(h);
  const ids = await givenMessages(h, id, count);
  await env.DB.batch([
    env.DB.prepare("UPDATE dispatches SET read_at = 1 WHERE user_id = ? AND title LIKE '%3'").bind(id),
    env.DB.prepare("UPDATE dispatches SET archived_at = 1 WHERE user_id = ? AND title LIKE '%5'").bind(id),
  ]);
  return { role: "user", sub: id, ids };
}

/** Everything that a reader can ask, once. */
const requests = (id = ""): [string, string][] => [
  ["GET", BASE],
  ["GET", `${BASE}?unread=true`],
  ["GET", `${BASE}?unread=false`],
  ["GET", `${BASE}?archived=true`],
  ["GET", `${BASE}?archived=true&unread=true`],
  ["GET", `${BASE}?type=pause_activated`],
  ["POST", `${BASE}/${id}/read`],
  ["POST", `${BASE}/${id}/unread`],
  ["POST", `${BASE}/${id}/archive`],
  ["POST", `${BASE}/${id}/unarchive`],
  ["POST", `${BASE}/read-all`],
];

// A crowd, and a log of other channels.
beforeAll(async () => {
  const h = createHarness();
  const others = aReader();
  await givenMessages(h, others.sub, 2_000);
  await givenMessages(h, others.sub, 500, { channel: "push", failure: { code: "x", message: "x" } });
});

describe("whatever a reader asks", () => {
  test("is one round trip", async () => {
    const h = createHarness();
    const reader = await givenReader(h, 10);
    for (const [method, path] of requests(reader.ids[0])) {
      h.meter.reset();
      expect((await h.request(method, path, { as: reader })).status).toBe(200);
      expect([path, h.meter.trips]).toEqual([path, 1]);
    }
    const { body } = await h.request("GET", `${BASE}?limit=3`, { as: reader });
    h.meter.reset();
    await h.request("GET", `${BASE}?limit=3&cursor=${body.pagination.next_cursor}`, { as: reader });
    expect(h.meter.trips).toBe(1);
    h.meter.reset();
    await h.request("POST", `${BASE}/ticket`, { as: reader });
    expect(h.meter.trips).toBe(0);
  });

  test("is found by an index, and never sorted", async () => {
    const h = createHarness();
    const reader = await givenReader(h, 10);
    const { body } = await h.request("GET", `${BASE}?limit=3`, { as: reader });
    h.meter.reset();
    await h.request("GET", `${BASE}?limit=3&cursor=${body.pagination.next_cursor}`, { as: reader });
    for (const [method, path] of requests(reader.ids[0])) await h.request(method, path, { as: reader });
    await h.ctx.db.read({ changes: changesSince(reader.sub, 1, 100), standing: standingOf(reader.sub) });
    const found = await plans(h);
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((plan) => /SCAN (?!\(subquery|CONSTANT)|TEMP B-TREE/.test(plan))).toEqual([]);
    expect(found.filter((plan) => plan.includes("dispatches_by_user"))).toEqual([]);
  });

  test("costs no more when others have thousands, and a page no more when one has hundreds", async () => {
    const h = createHarness();
    const reader = await givenReader(h, 400);
    const read = async (path: string) => {
      h.meter.reset();
      await h.request("GET", path, { as: reader });
      return h.meter.rowsRead;
    };
    const counted = await read(`${BASE}?limit=1&type=none&archived=true`);
    // What is unread is counted; a page of ten costs ten more rows, and what is skipped on the way.
    expect(await read(`${BASE}?limit=10`)).toBeLessThan(counted + 40);
    expect(await read(`${BASE}?limit=10&unread=true`)).toBeLessThan(counted + 40);
    await h.request("POST", `${BASE}/read-all`, { as: reader });
    expect(await read(`${BASE}?limit=10`)).toBeLessThan(40);
    expect(await read(`${BASE}?limit=10&unread=true`)).toBeLessThan(10);
    expect(await read(`${BASE}?limit=10&archived=true`)).toBeLessThan(40);
  });
});

describe("an in-app message", () => {
  test("writes a bounded number of rows when it comes, and other channels none for the inbox", async () => {
    const h = createHarness();
    const { sub } = aReader();
    await givenMessages(h, sub);
    const rows = async (more: object) => {
      h.meter.reset();
      await givenMessages(h, sub, 100, { type: "push", lane: "push", ...more });
      return h.meter.rowsWritten / 100;
    };
    // The row, two indices that all channels have; the inbox and what is unread; the number and its index.
    expect(await rows({})).toBeLessThanOrEqual(7);
    // The row, two indices, and what is to be woken.
    expect(await rows({ channel: "push" })).toBe(4);
  });

  test("costs what is new to look for, however much there is", async () => {
    const h = createHarness();
    const { sub } = aReader();
    await givenMessages(h, sub, 500);
    await h.request("POST", `${BASE}/read-all`, { as: { role: "user", sub } });
    const { standing } = await h.ctx.db.read({ standing: standingOf(sub) });
    await givenMessages(h, sub, 3);
    h.meter.reset();
    const { rows } = await h.ctx.db.read({
      rows: changesSince(sub, standing.head, 101),
      standing: standingOf(sub),
    });
    expect(rows).toHaveLength(3);
    expect(h.meter.rowsRead).toBeLessThan(25);
  });
});
