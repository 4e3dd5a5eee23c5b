import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createHarness, mint } from "../support/harness.ts";
import { anOwnType } from "../support/own-type.ts";
import { plansOf, scans } from "../support/plans.ts";
import { givenOrg, givenUser } from "../support/world.ts";

const h = createHarness();
const put = (id: string, parent_id: string | null) =>
  h.request("PUT", `/api/v1/directory/orgs/${id}`, { body: { name: "Org", parent_id } });
const bulk = (items: [id: string, parent: string | null][]) =>
  h.request("POST", "/api/v1/directory/orgs", {
    body: { items: items.map(([id, parent_id]) => ({ id, name: "Org", parent_id })) },
  });
const remove = (id: string) => h.request("DELETE", `/api/v1/directory/orgs/${id}`);

/** id → parent, of what is stored. */
async function stored(ids: readonly string[]): Promise<Record<string, string | null>> {
  const { results } = await env.DB.prepare(
    "SELECT id, parent_id FROM orgs WHERE id IN (SELECT value FROM json_each(?))",
  )
    .bind(JSON.stringify(ids))
    .all<{ id: string; parent_id: string | null }>();
  return Object.fromEntries(results.map((row) => [row.id, row.parent_id]));
}

const ids = (n: number) => Array.from({ length: n }, () => mint("org"));

test("an organization cannot be its own parent, neither when created nor when moved", async () => {
  const fresh = mint("org");
  const created = await put(fresh, fresh);
  expect(created).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect(created.body.errors).toEqual([
    { pointer: "/parent_id", detail: "would put the organization below itself" },
  ]);
  expect(await stored([fresh])).toEqual({});

  const there = await givenOrg(h);
  expect(await put(there, there)).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect(await stored([there])).toEqual({ [there]: null });
});

test("two organizations cannot be above each other", async () => {
  const above = await givenOrg(h);
  const below = await givenOrg(h, above);
  expect(await put(above, below)).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect(await stored([above, below])).toEqual({ [above]: null, [below]: above });
});

test("a parent may come later, and closes no cycle when it comes", async () => {
  const [late = "", early = ""] = ids(2);
  expect((await put(early, late)).status).toBe(201);
  expect(await put(late, early)).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect(await stored([late])).toEqual({});
  expect((await put(late, null)).status).toBe(201);
});

test("the top of a chain of 200 cannot be put below its end, the end can be put below the top", async () => {
  const chain = ids(200);
  expect((await bulk(chain.map((id, i) => [id, chain[i - 1] ?? null]))).status).toBe(200);
  const [top = ""] = chain;
  const end = chain.at(-1) ?? "";
  expect(await put(top, end)).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect((await put(end, top)).status).toBe(200);
  expect(await stored([top, end])).toEqual({ [top]: null, [end]: top });
});

const CYCLE = "would put the organization below itself";

test("a bulk with a cycle names every item on the cycle, and writes the others", async () => {
  const [a = "", b = "", c = "", aside = ""] = ids(4);
  const answer = await bulk([
    [aside, a],
    [a, b],
    [b, c],
    [c, a],
  ]);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      upserted: 1,
      rejected: [1, 2, 3],
    },
  });
  expect(answer.body.errors[0]).toMatchObject({ pointer: "/items/1/parent_id", detail: CYCLE });
  expect(await stored([a, b, c, aside])).toEqual({ [aside]: a });
});

test("a bulk whose every item is on a cycle is refused", async () => {
  const [a = "", b = ""] = ids(2);
  const refused = await bulk([
    [a, b],
    [b, a],
  ]);
  expect(refused).toMatchObject({ status: 400, body: { code: "org_cycle" } });
  expect(refused.body.errors[0]).toMatchObject({ pointer: "/items/0/parent_id", detail: CYCLE });
});

test("a bulk whose cycle runs through what is stored names the item that closes it, wherever it stands", async () => {
  const top = await givenOrg(h);
  const middle = await givenOrg(h, top);
  const end = await givenOrg(h, middle);
  const [other = ""] = ids(1);
  const items = [
    { id: "a b" },
    { id: other, name: "Org", parent_id: end },
    { id: top, name: "Org", parent_id: end },
  ];
  const { body } = await h.request("POST", "/api/v1/directory/orgs", { body: { items } });
  expect(body).toMatchObject({ upserted: 1, rejected: [0, 2] });
  expect(body.errors.at(-1)).toEqual({ pointer: "/items/2/parent_id", detail: CYCLE });
  expect(await stored([top, other])).toEqual({ [top]: null, [other]: end });
});

test("a bulk that closes one cycle when another is taken out of it is still written, but for both", async () => {
  const [x = "", y = "", a = "", b = ""] = ids(4);
  await bulk([
    [x, null],
    [y, x],
  ]);
  const { body } = await bulk([
    [a, b],
    [b, a],
    [x, y],
    [mint("org"), null],
  ]);
  expect(body).toMatchObject({ upserted: 1, rejected: [0, 1, 2] });
  expect(await stored([x, y])).toEqual({ [x]: null, [y]: x });
});

test("a bulk may turn a branch round, in whichever order its items come", async () => {
  for (const reversed of [false, true]) {
    const top = await givenOrg(h);
    const middle = await givenOrg(h, top);
    const end = await givenOrg(h, middle);
    const turned: [string, string | null][] = [
      [top, middle],
      [middle, end],
      [end, null],
    ];
    expect((await bulk(reversed ? turned.toReversed() : turned)).status).toBe(200);
    expect(await stored([top, middle, end])).toEqual({ [top]: middle, [middle]: end, [end]: null });
  }
});

test("an organization with users or branches is not deleted", async () => {
  const top = await givenOrg(h);
  const branch = await givenOrg(h, top);
  const user = await givenUser(h, { org: branch });
  expect(await remove(top)).toMatchObject({ status: 409, body: { code: "org_not_empty" } });
  expect(await remove(branch)).toMatchObject({ status: 409, body: { code: "org_not_empty" } });
  expect(Object.keys(await stored([top, branch]))).toHaveLength(2);

  await h.request("DELETE", `/api/v1/directory/users/${user.id}`);
  expect(await remove(branch)).toMatchObject({ status: 200, body: { deleted: true, id: branch } });
  expect(await remove(top)).toMatchObject({ status: 200, body: { deleted: true, id: top } });
  expect(await remove(top)).toMatchObject({ status: 404, body: { code: "not_found" } });
});

/** Something of each kind that an organization may have, straight into the tables. */
async function givenBelongings(org: string, versions: number): Promise<void> {
  const numbers = JSON.stringify(Array.from({ length: versions }, (_, i) => i + 1));
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES ('shipped', ?, ?, 0, 0)",
    ).bind(org, JSON.stringify(anOwnType({ id: "shipped", org_id: org }))),
    env.DB.prepare("INSERT INTO org_settings (org_id, locale, updated_at) VALUES (?, 'nb', 0)").bind(org),
    env.DB.prepare(
      `INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at)
       SELECT value, 'sms', ?, 'en', 1, 0, 1, 0 FROM json_each('["shipped", "welcome"]')`,
    ).bind(org),
    env.DB.prepare(
      `INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at)
       SELECT type.value, 'sms', ?1, 'en', n.value, '{"text":"x"}', 'service:x', 0
       FROM json_each('["shipped", "welcome"]') AS type, json_each(?2) AS n`,
    ).bind(org, numbers),
  ]);
}

/** How much an organization has, by table. */
async function belongingsOf(org: string): Promise<Record<string, number | null>> {
  const tables = ["own_types", "org_settings", "wordings", "wording_versions", "topics"];
  const found = tables.map(async (table) => [
    table,
    await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE org_id = ?`).bind(org).first<number>("n"),
  ]);
  return Object.fromEntries(await Promise.all(found));
}

const NOTHING = { own_types: 0, org_settings: 0, wordings: 0, wording_versions: 0, topics: 0 };

test.each(["before", "after"] as const)(
  "an organization that is made again has nothing of the one before, though D1 failed %s the deletion",
  async (when) => {
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    for (const one of [org, other]) await givenBelongings(one, 3);
    h.meter.failNext(when);
    expect(await remove(org)).toMatchObject({ status: 200, body: { deleted: true } });
    expect(await belongingsOf(org)).toEqual(NOTHING);
    expect(await belongingsOf(other)).toEqual({
      ...NOTHING,
      own_types: 1,
      org_settings: 1,
      wordings: 2,
      wording_versions: 6,
    });
    await put(org, null);
    expect((await h.request("GET", `/api/v1/types/shipped?org_id=${org}`)).status).toBe(404);
    expect((await h.request("GET", `/api/v1/orgs/${org}/preferences`)).body.locale).toBeNull();
  },
);

test("an organization with topics is not deleted, and keeps what it has", async () => {
  const org = await givenOrg(h);
  await givenBelongings(org, 1);
  await h.request("PUT", `/api/v1/topics/news?org_id=${org}`, { body: {} });
  expect(await remove(org)).toMatchObject({
    status: 409,
    body: { code: "org_not_empty", detail: "The organization still has topics." },
  });
  expect(await belongingsOf(org)).toMatchObject({ own_types: 1, org_settings: 1, wordings: 2, topics: 1 });
  await h.request("DELETE", `/api/v1/topics/news?org_id=${org}`);
  expect((await remove(org)).status).toBe(200);
  expect(await belongingsOf(org)).toEqual(NOTHING);
});

test("many words are deleted in portions, each found by a key", async () => {
  const org = await givenOrg(h);
  await givenBelongings(org, 4_000);
  h.meter.reset();
  expect((await remove(org)).status).toBe(200);
  expect(h.meter.trips).toBe(2);
  // A few for each version, whatever others have.
  expect(h.meter.rowsRead).toBeLessThan(33_000);
  expect(await belongingsOf(org)).toEqual(NOTHING);
  expect((await plansOf(h)).flatMap(scans)).toEqual([]);
});

test("importing a chain from its top costs no walk for each item", async () => {
  const chain = ids(1_000);
  h.meter.reset();
  expect((await bulk(chain.map((id, i) => [id, chain[i - 1] ?? null]))).status).toBe(200);
  expect(h.meter.rowsRead).toBeLessThan(10_000);
});
