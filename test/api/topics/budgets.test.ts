import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Cost, costOf } from "../../support/cost.ts";
import { type Caller, createHarness, SERVICE } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { adminOf } from "../types/calls.ts";
import { BASE, givenTopic, givenTopics, pathOf } from "./calls.ts";

const h = createHarness({ autoDrain: false });
const cost = costOf(h);
let org: string;

/** Users `u0001` … of the organization. */
const givenMembers = (count: number) =>
  env.DB.prepare(
    `INSERT INTO users (id, org_id, email_verified, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     SELECT printf('u%04d', i), ?1, 1, 1, 1 FROM n`,
  )
    .bind(org, count)
    .run();

const members = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `u${String(from + i).padStart(4, "0")}`);

beforeEach(async () => {
  const tables = ["topics", "topic_subscribers", "users", "orgs"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  org = await givenOrg(h, await givenOrg(h));
});

const CALLERS: [string, () => Caller][] = [
  ["service", () => SERVICE],
  ["org_admin", () => adminOf(org)],
];

const COSTS: Record<string, Record<number, Record<string, Cost>>> = {
  service: {
    1: {
      subscribe: [200, 1, 17, 3],
      again: [200, 1, 15, 0],
      oneMore: [200, 1, 17, 3],
      page: [200, 1, 6, 0],
      oneLess: [200, 1, 19, 2],
      unsubscribe: [200, 1, 19, 2],
      get: [200, 1, 8, 0],
      rename: [200, 1, 6, 2],
      remove: [200, 1, 11, 3],
    },
    1_000: {
      // A row and its index for each, and one entry of the audit log.
      subscribe: [200, 1, 7_010, 2_001],
      again: [200, 1, 8_007, 0],
      oneMore: [200, 1, 17, 3],
      page: [200, 1, 25, 0],
      oneLess: [200, 1, 19, 2],
      unsubscribe: [200, 1, 10_009, 1_001],
      get: [200, 1, 8, 0],
      rename: [200, 1, 6, 2],
      remove: [200, 1, 5_006, 1_002],
    },
  },
  org_admin: {
    1: {
      subscribe: [200, 1, 36, 3],
      again: [200, 1, 30, 0],
      oneMore: [200, 1, 36, 3],
      page: [200, 1, 15, 0],
      oneLess: [200, 1, 19, 2],
      unsubscribe: [200, 1, 19, 2],
      get: [200, 1, 8, 0],
      rename: [200, 1, 6, 2],
      remove: [200, 1, 11, 3],
    },
    1_000: {
      subscribe: [200, 1, 13_023, 2_001],
      again: [200, 1, 14_016, 0],
      oneMore: [200, 1, 36, 3],
      page: [200, 1, 90, 0],
      oneLess: [200, 1, 19, 2],
      unsubscribe: [200, 1, 10_009, 1_001],
      get: [200, 1, 8, 0],
      rename: [200, 1, 6, 2],
      remove: [200, 1, 5_006, 1_002],
    },
  },
};

describe.each(CALLERS)("for %s", (role, as) => {
  test.each([1, 1_000])("every endpoint costs what it needs, with %i subscribers", async (count) => {
    await givenMembers(2_000);
    const id = await givenTopic(h, org, "topic");
    const options = { as: as() };
    const path = pathOf(id, org, "/subscribers");
    const body = (from: number, to: number) => ({ ...options, body: { user_ids: members(from, to) } });
    const found = {
      subscribe: await cost("PUT", path, body(1, count)),
      again: await cost("PUT", path, body(1, count)),
      oneMore: await cost("PUT", path, body(1_001, 1_001)),
      page: await cost("GET", `${path}&limit=20`, options),
      oneLess: await cost("DELETE", path, body(1_001, 1_001)),
      unsubscribe: await cost("DELETE", path, body(1, count)),
      get: await cost("GET", pathOf(id, org), options),
      rename: await cost("PUT", pathOf(id, org), { ...options, body: { name: "x" } }),
    };
    await h.request("PUT", path, body(1, count));
    const remove = await cost("DELETE", pathOf(id, org), options);
    expect({ ...found, remove }).toEqual(COSTS[role]?.[count]);
  });
});

test.each([10, 9_000])(
  "of %i topics a page reads no more than a page, and only a new topic counts them",
  async (count) => {
    await givenTopics(org, count);
    await givenTopics("", count);
    const page = `${BASE}?org_id=${org}&limit=5`;
    expect({
      page: await cost("GET", page),
      next: await cost("GET", `${page}&cursor=${btoa("t00003").replaceAll("=", "")}`),
      create: await cost("PUT", pathOf("fresh", org), { body: {} }),
      same: await cost("PUT", pathOf("fresh", org), { body: {} }),
    }).toEqual({
      page: [200, 1, 62, 0],
      next: [200, 1, 62, 0],
      // The topic with its two indexes.
      create: [201, 1, count + 4, 3],
      same: [200, 1, 6, 0],
    });
  },
);

test("the lists go through no table, and sort no more than pages", async () => {
  const id = await givenTopic(h, org);
  const plans: Record<string, string[]> = {};
  for (const [name, path, as] of [
    ["topics", `${BASE}?org_id=${org}`, SERVICE],
    ["subscribers", pathOf(id, org, "/subscribers"), SERVICE],
    ["subscribers in scope", pathOf(id, org, "/subscribers"), adminOf(org)],
    ["one subscriber", `${pathOf(id, org, "/subscribers")}&user_id=usr_1`, SERVICE],
  ] as const) {
    h.meter.reset();
    await h.request("GET", path, { as });
    const { sql = "", params = [] } = h.meter.statements.at(-1) ?? {};
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    plans[name] = results
      .map(({ detail }) => detail)
      .filter((detail) => / (o|p|s|t|u) USING |TEMP B-TREE/.test(detail));
  }
  expect(plans).toEqual({
    topics: [
      "SEARCH o USING PRIMARY KEY (id=?)",
      "SEARCH t USING PRIMARY KEY (org_id=? AND id=?)",
      "SEARCH p USING PRIMARY KEY (org_id=? AND id>?)",
      // A page for each organization of the line.
      "USE TEMP B-TREE FOR GROUP BY",
      "SEARCH t USING PRIMARY KEY (org_id=? AND id=?)",
    ],
    subscribers: ["SEARCH s USING PRIMARY KEY (topic=? AND user_id>?)"],
    "one subscriber": ["SEARCH s USING PRIMARY KEY (topic=? AND user_id=?)"],
    "subscribers in scope": [
      "SEARCH s USING PRIMARY KEY (topic=? AND user_id>?)",
      "SEARCH u USING COVERING INDEX users_by_org (org_id=? AND id=?)",
      "SEARCH o USING COVERING INDEX orgs_by_parent (parent_id=?)",
    ],
  });
});
