import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Cost, costOf } from "../../support/cost.ts";
import { type Caller, createHarness, SERVICE } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { adminOf, aType, BASE, givenTypes } from "./calls.ts";

const h = createHarness({ autoDrain: false });
const cost = costOf(h);
let top: string;
let org: string;

beforeEach(async () => {
  const tables = ["own_types", "wordings", "wording_versions", "orgs"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  top = await givenOrg(h);
  org = await givenOrg(h, top);
});

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `t${String(i).padStart(4, "0")}`);

/** So many types of the organization, of the one above, and of the service. */
async function givenAll(count: number): Promise<void> {
  for (const [owner, mark] of [
    [org, "o"],
    [top, "t"],
    ["", "s"],
  ] as const)
    await givenTypes(
      h,
      owner,
      idsOf(count).map((id) => `${id}_${mark}`),
    );
}

const CALLERS: [string, () => Caller][] = [
  ["service", () => SERVICE],
  ["org_admin", () => adminOf(org)],
];

/** What each endpoint costs where each owner of a line of three has so many types. It is the same for everyone. */
const COSTS: Record<number, Record<string, Cost>> = {
  10: {
    // The built-in types, and from each owner what may be missing on the page.
    page: [200, 1, 146, 0],
    next: [200, 1, 97, 0],
    get: [200, 1, 8, 0],
    builtIn: [200, 0, 0, 0],
    create: [201, 1, 14, 3],
    same: [200, 1, 10, 0],
    replace: [200, 1, 10, 2],
    taken: [409, 1, 24, 0],
    remove: [200, 1, 5, 2],
  },
  400: {
    page: [200, 1, 147, 0],
    next: [200, 1, 301, 0],
    get: [200, 1, 8, 0],
    builtIn: [200, 0, 0, 0],
    // A new type counts those that there are.
    create: [201, 1, 404, 3],
    same: [200, 1, 10, 0],
    replace: [200, 1, 10, 2],
    taken: [409, 1, 24, 0],
    remove: [200, 1, 5, 2],
  },
};

describe.each(CALLERS)("for %s", (_, as) => {
  test.each([10, 400])(
    "every endpoint is one round trip and reads what it needs, with %i types each",
    async (count) => {
      await givenAll(count);
      const options = { as: as() };
      const at = (id: string) => `${BASE}/${id}?org_id=${org}`;
      const found = {
        page: await cost("GET", `${BASE}?org_id=${org}&limit=20`, options),
        next: await cost(
          "GET",
          `${BASE}?org_id=${org}&limit=20&cursor=${btoa("t0005").replaceAll("=", "")}`,
          options,
        ),
        get: await cost("GET", at("t0003_s"), options),
        builtIn: await cost("GET", at("welcome"), options),
        create: await cost("PUT", at("fresh"), { ...options, body: aType() }),
        same: await cost("PUT", at("fresh"), { ...options, body: aType() }),
        replace: await cost("PUT", at("fresh"), { ...options, body: aType({ name: "x" }) }),
        taken: await cost("PUT", at("t0003_t"), { ...options, body: aType() }),
        remove: await cost("DELETE", at("fresh"), options),
      };
      expect(found).toEqual(COSTS[count]);
    },
  );
});

test("a page of the list goes through no table", async () => {
  await givenAll(10);
  h.meter.reset();
  await h.request("GET", `${BASE}?org_id=${org}`);
  const list = h.meter.statements.find(({ sql }) => sql.includes("min("));
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${list?.sql}`)
    .bind(...(list?.params ?? []))
    .all<{ detail: string }>();
  const reads = results.map(({ detail }) => detail).filter((detail) => / (o|p|t) USING /.test(detail));
  expect(reads).toEqual([
    "SEARCH o USING PRIMARY KEY (id=?)",
    "SEARCH t USING COVERING INDEX own_types_by_org (org_id=? AND id=?)",
    "SEARCH p USING COVERING INDEX own_types_by_org (org_id=? AND id>?)",
    "SEARCH t USING PRIMARY KEY (id=? AND org_id=?)",
  ]);
});
