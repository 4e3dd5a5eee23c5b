import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { insertRows } from "../../src/db/json.ts";
import { wordings, wordingVersions } from "../../src/db/schema/index.ts";
import { ownWordsFor, readForEditing, wordsOnLine } from "../../src/wordings/overview.ts";
import { variablesIn } from "../../src/wordings/variable-list.ts";
import { createHarness } from "../support/harness.ts";
import { expectNoScan } from "../support/plans.ts";
import { givenOrg } from "../support/world.ts";

const h = createHarness({ autoDrain: false });
const SCOPE = { kind: "all" } as const;
let org: string;

beforeEach(async () => {
  const tables = ["wordings", "wording_versions", "orgs"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  org = await givenOrg(h, await givenOrg(h));
});

/** Words of so many types of the organization, of another, and so many versions of each. */
async function givenWords(types: number, versions: number): Promise<void> {
  const now = h.clock.now();
  const ids = Array.from({ length: types }, (_, i) => `t${i}`);
  const heads = [org, "other"].flatMap((org_id) =>
    ids.map((type) => ({ type, channel: "push" as const, org_id, locale: "en" })),
  );
  await h.ctx.db.write({
    heads: insertRows(
      wordings,
      heads.map((head) => ({ ...head, published: 1, published_at: now, latest: versions, updated_at: now })),
    ),
    versions: insertRows(
      wordingVersions,
      heads.flatMap((head) =>
        Array.from({ length: versions }, (_, i) => ({
          ...head,
          version: i + 1,
          fields: '{"title":"a","body":"b"}',
          created_by: "service:x",
          created_at: now,
        })),
      ),
    ),
  });
}

/** Rows read for a page of each kind. */
async function costs(): Promise<Record<string, [trips: number, read: number]>> {
  const cost = async (read: () => Promise<unknown>): Promise<[number, number]> => {
    h.meter.reset();
    await read();
    await expectNoScan(h);
    return [h.meter.trips, h.meter.rowsRead];
  };
  const id = { type: "t0", channel: "push" as const, org_id: org, locale: "en" };
  return {
    list: await cost(() => ownWordsFor(h.ctx, SCOPE, org, ["t0", "t1", "nothing"])),
    type: await cost(() => wordsOnLine(h.ctx, SCOPE, org, "t0", ["push", "email"])),
    editor: await cost(() => readForEditing(h.ctx, SCOPE, id, { userId: null, before: null, limit: 20 })),
  };
}

describe("what pages read", () => {
  test("is one round trip each, goes through no table, and depends on nothing that is not shown", async () => {
    await givenWords(2, 21);
    const few = await costs();
    expect(Object.values(few).map(([trips]) => trips)).toEqual([1, 1, 1]);
    await env.DB.batch(["wordings", "wording_versions"].map((t) => env.DB.prepare(`DELETE FROM ${t}`)));
    await givenWords(60, 60);
    expect(await costs()).toEqual(few);
  });
});

describe("the variables of a schema", () => {
  test("are named as a template names them, also in objects and lists", () => {
    const line = {
      type: "object",
      properties: { name: { type: "string" }, "no name": {} },
      required: ["name"],
    };
    expect(
      variablesIn({
        properties: {
          order: { type: ["string", "null"], description: "A number" },
          at: { type: "string", format: "date" },
          size: { enum: ["s", "m"] },
          lines: { type: "array", items: line },
        },
        required: ["order"],
      }).map(({ name, type, isRequired }) => [name, type, isRequired]),
    ).toEqual([
      ["data.order", "string or null", true],
      ["data.at", "string (date)", false],
      ["data.size", "one of a list", false],
      ["data.lines", "array", false],
      ["data.lines[0].name", "string", true],
      ['data.lines[0]["no name"]', null, false],
    ]);
    expect(variablesIn(null)).toEqual([]);
  });

  test("are 200 at most, and six deep", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a${i}`, {}]));
    expect(variablesIn({ properties: many })).toHaveLength(200);
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 20; i++) deep = { properties: { a: deep } };
    expect(variablesIn(deep)).toHaveLength(6);
  });
});
