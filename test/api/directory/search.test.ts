import { beforeEach, expect, test } from "vitest";
import { insertRows } from "../../../src/db/json.ts";
import { users } from "../../../src/db/schema/index.ts";
import type { Caller, Harness } from "../../support/harness.ts";
import { createWorld, emptyTables } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";

const PATH = "/api/v1/directory/users/search";

beforeEach(emptyTables);

test("finds users by the beginning of what is known, page by page, in scope", async () => {
  const h = createWorld();
  const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
  const items = ["Kari Nordmann", "Kari Hansen", "Ola Nordmann", "Åse Nordmann"].map((name, i) => ({
    ...{ id: `u${i}`, name, email: `u${i}@example.com` },
    org_id: i === 3 ? theirs : ours,
  }));
  await h.request("POST", "/api/v1/directory/users", { body: { items } });
  const search = async (body: object, as?: Caller) => {
    const answer = await h.request("POST", PATH, { body, ...(as && { as }) });
    expect(answer.status).toBe(200);
    return {
      ids: answer.body.data.map(({ id }: { id: string }) => id),
      next: answer.body.pagination.next_cursor,
    };
  };
  expect((await search({})).ids).toEqual(["u0", "u1", "u2", "u3"]);
  expect((await search({ query: "KARI" })).ids).toEqual(["u1", "u0"]);
  expect((await search({ query: "u2@example.com" })).ids).toEqual(["u2"]);
  const first = await search({ query: "nordmann", limit: 2 });
  expect(first.ids).toEqual(["u0", "u2"]);
  expect(await search({ query: "nordmann", limit: 2, cursor: first.next })).toEqual({
    ids: ["u3"],
    next: undefined,
  });
  const admin: Caller = { role: "org_admin", sub: "adm", org: ours };
  expect((await search({ query: "nordmann" }, admin)).ids).toEqual(["u0", "u2"]);
});

/** More users of an organization than the search of another one looks at for a page. */
async function givenManyElsewhere(h: Harness): Promise<void> {
  const org_id = await givenOrg(h);
  const rows = Array.from({ length: 2_100 }, (_, i) => ({
    ...{ id: `secret_${1_000_000 + i}`, name: `Anna Sekrit${1_000_000 + i}`, org_id },
    ...{ email: `anna${1_000_000 + i}@victim.example`, email_verified: true, created_at: 1, updated_at: 1 },
  }));
  for (let i = 0; i < rows.length; i += 700)
    await h.ctx.db.write({ people: insertRows(users, rows.slice(i, i + 700)) });
}

test("no answer to an org_admin says anything of another organization's users, and no cursor is made up", async () => {
  const h = createWorld();
  await givenManyElsewhere(h);
  const ours: Caller = { role: "org_admin", sub: "adm", org: await givenOrg(h) };
  const search = (body: object, as: Caller = ours) => h.request("POST", PATH, { as, body });
  for (const query of ["Anna", "anna1", "sekrit", "secret_"]) {
    const cursors: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
      const { status, body } = await search({ query, ...(cursor !== undefined && { cursor }) });
      expect([status, body.data]).toEqual([200, []]);
      cursor = body.pagination.next_cursor;
      const text = JSON.stringify(body);
      const told =
        cursor === undefined ? text : `${text} ${atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))}`;
      expect(told).not.toMatch(/anna se|anna10|sekrit|secret_|victim/iu);
      if (cursor !== undefined) cursors.push(cursor);
    }
    if (query === "secret_") continue;
    // There was more to look at, and its cursor is of this search and this organization alone.
    const [cursor = "none"] = cursors;
    expect(cursor).not.toBe("none");
    const theirs: Caller = { role: "org_admin", sub: "adm", org: await givenOrg(h) };
    for (const answer of [
      await search({ query: `${query}x`, cursor }),
      await search({ query, cursor }, theirs),
      await search({ query, cursor }, { role: "service", sub: "svc" }),
      await search({ query, cursor: `${cursor.slice(0, -2)}AA` }),
      await search({ query, cursor: JSON.stringify({ way: 1, key: "anna sekrit1000050", id: "" }) }),
    ])
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, "/cursor"]);
  }
});

test.each(["", "x", "{}", '{"way":0}', '{"way":0,"key":"a","id":"a"}', "[]", "AAAA".repeat(60)])(
  "refuses the cursor %s",
  async (cursor) => {
    const { status, body } = await createWorld().request("POST", PATH, { body: { cursor } });
    expect([status, body.errors[0].pointer]).toEqual([400, "/cursor"]);
  },
);
