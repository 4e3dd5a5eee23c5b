import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { lacks } from "../../support/same-shape.ts";
import { rows } from "../../notifications/grants/world.ts";
import * as examples from "./examples.ts";

const PATH = "/api/v1/notifications/preferences";

const as = (sub: string) => ({ role: "user" as const, sub });
const patch = (h: Harness, sub: string, body: unknown) => h.request("PATCH", PATH, { as: as(sub), body });

test("the first look makes the contract's defaults, the next finds them", async () => {
  const h = createHarness();
  const user = mint("usr");
  h.meter.reset();
  const first = await h.request("GET", PATH, { as: as(user) });
  expect(h.meter.trips).toBe(2);
  expect(first.status).toBe(200);
  expect(lacks(first.body, examples.preferencesAnswer)).toEqual([]);
  const { id, user_id, created_at, updated_at, ...defaults } = examples.preferencesAnswer;
  expect(first.body).toMatchObject({ ...defaults, user_id: user });
  h.meter.reset();
  expect((await h.request("GET", PATH, { as: as(user) })).body).toEqual(first.body);
  expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
});

test("first looks at the same time make one row", async () => {
  const h = createHarness();
  const user = mint("usr");
  const answers = await Promise.all([1, 2, 3, 4].map(() => h.request("GET", PATH, { as: as(user) })));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await rows("SELECT id FROM preferences WHERE user_id = ?", user)).toHaveLength(1);
});

test.each(["PATCH", "PUT"])(
  "%s changes what is given and nothing else, in one round trip",
  async (method) => {
    const h = createHarness();
    const user = mint("usr");
    const before = await h.request("GET", PATH, { as: as(user) });
    h.clock.advance(60_000);
    h.meter.reset();
    const changed = await h.request(method, PATH, { as: as(user), body: examples.patchRequest });
    expect(h.meter.trips).toBe(1);
    expect(changed.status).toBe(200);
    expect(lacks(changed.body, examples.patchAnswer)).toEqual([]);
    expect(changed.body).toEqual({
      ...before.body,
      ...examples.patchRequest,
      updated_at: new Date(h.clock.now()).toISOString(),
    });
    const again = await h.request(method, PATH, { as: as(user), body: examples.curlPatchRequest });
    expect(again.body).toMatchObject({ ...examples.patchRequest, ...examples.curlPatchRequest });
    expect((await h.request(method, PATH, { as: as(user), body: {} })).body).toEqual(again.body);
  },
);

test("a change may come before any look", async () => {
  const h = createHarness();
  const changed = await patch(h, mint("usr"), { match_threshold: 80 });
  expect(changed).toMatchObject({ status: 200, body: { match_threshold: 80, weekly_digest_day: 1 } });
});

test.each([
  [
    [1, 7, 3],
    [7, 3, 1],
  ],
  [[3, 3, 3], [3]],
  [
    [0, 30],
    [30, 0],
  ],
])("reminder days %j are kept as %j", async (given, kept) => {
  const h = createHarness();
  const { status, body } = await patch(h, mint("usr"), { deadline_reminder_days: given });
  expect([status, body.deadline_reminder_days]).toEqual([200, kept]);
});

test.each([
  ["deadline_reminder_days", [[], [31], [-1], [1.5], ["1"], [null], "7", 7, null, Array(101).fill(1)]],
  ["match_threshold", [-1, 101, 70.5, "70", null]],
  ["weekly_digest_day", [-1, 7, 1.5, "1", null]],
  ["notification_frequency", ["hourly", "Immediate", "", 1, null]],
  ["email_notifications_enabled", ["true", 1, null]],
  ["new_match_notifications", ["true", 0, null]],
  ["deadline_notifications", [[], null]],
  ["weekly_digest_enabled", [{}, null]],
  ["application_status_notifications", ["", null]],
] as const)("a wrong %s is refused and named, and nothing is changed", async (field, values) => {
  const h = createHarness();
  const user = mint("usr");
  const before = await h.request("GET", PATH, { as: as(user) });
  for (const value of values) {
    const refused = await patch(h, user, {
      [field]: value,
      weekly_digest_day: field === "weekly_digest_day" ? value : 2,
    });
    expect(refused.status, JSON.stringify(value)).toBe(400);
    for (const { pointer } of refused.body.errors) expect(pointer).toMatch(new RegExp(`^/${field}(/|$)`));
  }
  expect((await h.request("GET", PATH, { as: as(user) })).body).toEqual(before.body);
});

test("fields that are not known, or not the caller's to set, are refused", async () => {
  const h = createHarness();
  for (const field of ["id", "user_id", "created_at", "nonsense", "__proto__"]) {
    const refused = await patch(h, mint("usr"), `{"${field}": "x"}`);
    expect(refused.status).toBe(400);
  }
});

describe("whose", () => {
  test("a service is no user: it names one, and nothing is made for itself", async () => {
    const h = createHarness();
    const [one, service] = [mint("usr"), { role: "service" as const, sub: mint("svc") }];
    await patch(h, one, { match_threshold: 10 });
    for (const method of ["GET", "PATCH", "PUT"]) {
      const body = method === "GET" ? {} : { body: { match_threshold: 20 } };
      const refused = await h.request(method, PATH, { as: service, ...body });
      expect([refused.status, refused.body.code]).toEqual([403, "no_user"]);
      expect(refused.body.detail).toContain("user_id");
    }
    expect(await rowsOf(service.sub)).toBe(0);
    const named = await h.request("GET", `${PATH}?user_id=${one}`, { as: service });
    expect(named.body).toMatchObject({ user_id: one, match_threshold: 10 });
  });

  test("named users must be there: nobody is made by being named", async () => {
    const h = createHarness();
    const id = mint("usr");
    for (const method of ["GET", "PATCH"]) {
      const body = method === "GET" ? {} : { body: { match_threshold: 20 } };
      expect((await h.request(method, `${PATH}?user_id=${id}`, body)).status).toBe(404);
    }
    expect(await rowsOf(id)).toBe(0);
    const known = await givenUser(h);
    const changed = await h.request("PATCH", `${PATH}?user_id=${known.id}`, {
      body: { match_threshold: 20 },
    });
    expect(changed.body).toMatchObject({ user_id: known.id, match_threshold: 20 });
    const own = await h.request("GET", PATH, { as: as(known.id) });
    expect(own.body.match_threshold).toBe(20);
  });

  test.each(["org_admin", "global_admin"] as const)(
    "an %s has their own if the directory knows them",
    async (role) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const stranger = { role, sub: mint("adm"), org, email: "adm@example.com" };
      const refused = await h.request("GET", PATH, { as: stranger });
      expect([refused.status, refused.body.code]).toEqual([403, "no_user"]);
      expect(await rowsOf(stranger.sub)).toBe(0);
      const known = await givenUser(h, { org });
      const answer = await h.request("GET", PATH, { as: { ...stranger, sub: known.id } });
      expect(answer.body.user_id).toBe(known.id);
    },
  );

  test("an org_admin names users of their tree, as it is now, and changes nobody else's", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const user = await givenUser(h, { org: await givenOrg(h, top) });
    const stranger = await givenUser(h, { org: await givenOrg(h) });
    await patch(h, stranger.id, { match_threshold: 10 });
    const admin = { role: "org_admin" as const, sub: mint("adm"), org: top };
    const change = (id: string) =>
      h.request("PATCH", `${PATH}?user_id=${id}`, { as: admin, body: { match_threshold: 99 } });
    expect((await change(user.id)).body.match_threshold).toBe(99);
    expect((await change(stranger.id)).status).toBe(404);
    expect((await h.request("GET", `${PATH}?user_id=${stranger.id}`)).body.match_threshold).toBe(10);
  });

  test("nobody gets in without a token", async () => {
    const h = createHarness();
    for (const method of ["GET", "PATCH", "PUT"])
      expect(
        (await h.request(method, PATH, { as: null, ...(method !== "GET" && { body: {} }) })).status,
      ).toBe(401);
  });
});

/** Rows that are this user's. */
async function rowsOf(id: string): Promise<number> {
  const row = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM users WHERE id = ?1) + (SELECT count(*) FROM preferences WHERE user_id = ?1)
      + (SELECT count(*) FROM user_schedules WHERE user_id = ?1) + (SELECT count(*) FROM dispatches WHERE user_id = ?1) AS n`,
  )
    .bind(id)
    .first<{ n: number }>();
  return row?.n ?? -1;
}
