import { describe, expect, test } from "vitest";
import { ROLES } from "../../../src/auth/principal.ts";
import { aReader, BASE, givenMessages } from "../../inbox/world.ts";
import { type Caller, createHarness, mint } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";

const VERBS = ["read", "unread", "archive", "unarchive"];

/** A service has none: test/security/no-user.test.ts. */
const PEOPLE = ROLES.filter((role) => role !== "service");

describe.each(PEOPLE)("a %s", (role) => {
  test("has an inbox of their own", async () => {
    const h = createHarness();
    const caller = { role, sub: mint("usr") };
    const [id] = await givenMessages(h, caller.sub);
    expect((await h.request("GET", BASE, { as: caller })).body.data).toMatchObject([{ id }]);
    for (const verb of VERBS)
      expect((await h.request("POST", `${BASE}/${id}/${verb}`, { as: caller })).status).toBe(200);
    expect((await h.request("POST", `${BASE}/read-all`, { as: caller })).body).toEqual({
      updated: 1,
      unread_count: 0,
    });
    expect((await h.request("POST", `${BASE}/ticket`, { as: caller })).status).toBe(201);
  });

  test.each(["of the same organization", "of another organization", "of an organization below"])(
    "neither sees nor changes the inbox of somebody %s",
    async (where) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const theirs = where.includes("same") ? org : await givenOrg(h, where.includes("below") ? org : null);
      const other = aReader();
      const [id] = await givenMessages(h, other.sub, 1, { orgId: theirs });
      const caller: Caller = { role, sub: mint("usr"), org };
      expect((await h.request("GET", BASE, { as: caller })).body).toMatchObject({
        data: [],
        unread_count: 0,
        live_cursor: "0",
      });
      for (const verb of VERBS)
        expect((await h.request("POST", `${BASE}/${id}/${verb}`, { as: caller })).status).toBe(404);
      expect((await h.request("POST", `${BASE}/read-all`, { as: caller })).body.updated).toBe(0);
      const { body } = await h.request("GET", BASE, { as: other });
      expect(body).toMatchObject({ data: [{ id, read_at: null, archived_at: null }], unread_count: 1 });
    },
  );
});

test.each<readonly [string, string]>([
  ["GET", BASE],
  ["POST", `${BASE}/read-all`],
  ["POST", `${BASE}/ticket`],
  ...VERBS.map((verb) => ["POST", `${BASE}/notif_01jq8z3k5te8v9m4p2r7x6w1yd/${verb}`] as const),
])("%s %s needs a token, whatever contracts are open", async (method, path) => {
  const h = createHarness();
  expect((await h.request(method, path, { as: null })).status).toBe(401);
  expect(
    (await h.request(method, path, { as: null, headers: { authorization: "Bearer x.y.z" } })).status,
  ).toBe(401);
});
