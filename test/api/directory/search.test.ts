import { beforeEach, expect, test } from "vitest";
import type { Caller } from "../../support/harness.ts";
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

test.each(["x", "{}", '{"way":0}', "[]"])("refuses the cursor %s", async (cursor) => {
  const { status, body } = await createWorld().request("POST", PATH, { body: { cursor } });
  expect([status, body.errors[0].pointer]).toEqual([400, "/cursor"]);
});
