import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { builtInTypes } from "../../../src/notifications/registry.ts";
import { type Caller, createHarness, type Harness, mint } from "../../support/harness.ts";
import { openApi } from "../../support/openapi.ts";
import { givenChoices, givenOrgSettings } from "../../support/preferences.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { givenTypes } from "../types/calls.ts";

const PATH = "/api/v1/preferences";
const own = (sub: string): Caller => ({ role: "user", sub });
const read = (h: Harness, user: string) => h.request("GET", PATH, { as: own(user) });
const patch = (h: Harness, user: string, body: unknown) => h.request("PATCH", PATH, { as: own(user), body });
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const BUILT_IN = new Set(builtInTypes.all.map(({ category }) => category));

const cell = (enabled: boolean, inherited_from: string, locked = false) => ({
  enabled,
  inherited_from,
  locked,
});
const ON = cell(true, "default");

async function given() {
  const h = createHarness();
  const top = await givenOrg(h);
  const org = await givenOrg(h, top);
  const { id: user } = await givenUser(h, { org });
  return { h, top, org, user };
}

describe("the matrix", () => {
  test("of a user for whom nobody has chosen is on in each category, and has no quiet hours", async () => {
    const { h, user } = await given();
    h.meter.reset();
    const { status, body } = await read(h, user);
    expect([status, h.meter.trips, h.meter.rowsWritten]).toEqual([200, 1, 0]);
    expect(body).toEqual({
      user_id: user,
      categories: Object.fromEntries(
        ["all", ...BUILT_IN].map((category) => [category, { push: ON, email: ON, in_app: ON, chat: ON }]),
      ),
      quiet_hours: { enabled: false, start: null, end: null, days: [], inherited_from: "default" },
      timezone: null,
    });
    await env.DB.prepare("UPDATE users SET timezone = 'Europe/Oslo' WHERE id = ?").bind(user).run();
    expect((await read(h, user)).body.timezone).toBe("Europe/Oslo");
  });

  test("has the categories of own types that the organization has and inherits, and those of which somebody has chosen", async () => {
    const { h, top, org, user } = await given();
    const stranger = await givenOrg(h);
    for (const [owner, category] of [
      [org, "of_org"],
      [top, "of_top"],
      ["", "of_service"],
      [stranger, "of_stranger"],
    ] as const) {
      const id = mint("t");
      await givenTypes(h, owner, [id]);
      await env.DB.prepare("UPDATE own_types SET data = json_set(data, '$.category', ?) WHERE id = ?")
        .bind(category, id)
        .run();
    }
    await givenOrgSettings(top, { preferences: { set_by_top: { push: { on: false } } } });
    await givenChoices(user, { cells: { chosen: { in_app: false } } });
    const { categories } = (await read(h, user)).body;
    const expected = ["of_org", "of_top", "of_service", "set_by_top", "chosen"];
    expect(Object.keys(categories)).toEqual(expect.arrayContaining(expected));
    expect(categories).not.toHaveProperty("of_stranger");
    expect(categories.set_by_top).toEqual({
      push: cell(false, "organization"),
      email: ON,
      in_app: ON,
      chat: ON,
    });
    expect(categories.chosen).toEqual({ push: ON, email: ON, in_app: cell(false, "user"), chat: ON });
    await env.DB.prepare("DELETE FROM own_types WHERE org_id = ''").run();
  });

  test("takes what is given, leaves the rest, and inherits again what is null", async () => {
    const { h, org, user } = await given();
    const lock = { digest: { email: { on: false, locked: true } } };
    await givenOrgSettings(org, { preferences: { ...lock, orders: { push: { on: false } } } });
    h.meter.reset();
    const first = await patch(h, user, {
      categories: { orders: { push: true, email: false, in_app: false }, matches: { email: false } },
    });
    expect([first.status, h.meter.trips]).toEqual([200, 2]);
    expect(first.body.categories).toMatchObject({
      orders: { push: cell(true, "user"), email: cell(false, "user"), in_app: cell(false, "user") },
      matches: { push: ON, email: cell(false, "user"), in_app: ON },
      digest: { push: ON, email: cell(false, "organization", true), in_app: ON },
    });
    const second = await patch(h, user, {
      categories: { orders: { push: null, in_app: null }, matches: { email: null } },
    });
    expect(second.body.categories).toMatchObject({
      orders: { push: cell(false, "organization"), email: cell(false, "user"), in_app: ON },
      matches: { email: ON },
    });
    expect((await read(h, user)).body).toEqual(second.body);
    const refused = await patch(h, user, {
      categories: { orders: { email: true }, digest: { push: false, email: true } },
    });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "locked", errors: [{ pointer: "/categories/digest/email" }] },
    });
    expect((await read(h, user)).body).toEqual(second.body);
  });

  test("of a body that says nothing stays as it was, and nothing is written", async () => {
    const { h, user } = await given();
    await patch(h, user, { categories: { orders: { push: false } } });
    for (const body of [{}, { categories: {} }, { categories: { orders: {} } }]) {
      h.meter.reset();
      expect((await patch(h, user, body)).status).toBe(200);
      expect(h.meter.rowsWritten).toBe(0);
    }
  });

  test("makes its user due in each job", async () => {
    const { h, user } = await given();
    await patch(h, user, { categories: { deadlines: { push: false } } });
    const { results } = await env.DB.prepare(
      "SELECT kind, next_at FROM user_schedules WHERE user_id = ? ORDER BY kind",
    )
      .bind(user)
      .all();
    const next_at = h.clock.now();
    expect(results).toEqual(["deadlines", "digest", "matches"].map((kind) => ({ kind, next_at })));
  });

  test("is of 100 categories a call, and of 200 for a user", async () => {
    const { h, user } = await given();
    const some = (from: number, count: number) => ({
      categories: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`c${from + i}`, { push: false }]),
      ),
    });
    expect(await patch(h, user, some(0, 101))).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/categories" }] },
    });
    expect((await patch(h, user, some(0, 100))).status).toBe(200);
    expect((await patch(h, user, some(100, 100))).status).toBe(200);
    expect(await patch(h, user, some(200, 1))).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/categories" }] },
    });
    expect((await patch(h, user, some(150, 50))).status).toBe(200);
    const { categories } = (await read(h, user)).body;
    expect(categories.c199.push).toEqual(cell(false, "user"));
    expect(categories).not.toHaveProperty("c200");
  });

  test("shows what the nearest organization has set", async () => {
    const { h, top, org, user } = await given();
    await givenOrgSettings(top, { preferences: { orders: { push: { on: false } } } });
    expect((await read(h, user)).body.categories.orders.push).toEqual(cell(false, "organization"));
    await givenOrgSettings(org, { preferences: { orders: { push: { on: true } } } });
    expect((await read(h, user)).body.categories.orders.push).toEqual(cell(true, "organization"));
  });
});

describe("quiet hours", () => {
  test("are the user's, else the organization's; null inherits them again", async () => {
    const { h, org, user } = await given();
    const hours = { enabled: true, start: "20:00", end: "08:00", days: [1, 2] };
    await givenOrgSettings(org, { quietHours: hours });
    const inherited = { ...hours, inherited_from: "organization" };
    expect((await read(h, user)).body.quiet_hours).toEqual(inherited);
    const set = async (quiet_hours: unknown) => (await patch(h, user, { quiet_hours })).body.quiet_hours;
    expect(await set({ start: "23:00", end: "06:00", days: [6, 0, 6] })).toEqual({
      enabled: true,
      start: "23:00",
      end: "06:00",
      days: [6, 0],
      inherited_from: "user",
    });
    expect(await set({ start: "23:30", end: "06:00" })).toMatchObject({ days: EVERY_DAY });
    // Other changes leave them.
    const { body } = await patch(h, user, { categories: { orders: { push: false } } });
    expect(body.quiet_hours).toMatchObject({ start: "23:30", inherited_from: "user" });
    expect(await set({ enabled: false })).toEqual({
      enabled: false,
      start: "22:00",
      end: "07:00",
      days: EVERY_DAY,
      inherited_from: "user",
    });
    expect(await set(null)).toEqual(inherited);
  });

  test.each<[hours: object, pointers: string[]]>([
    [{}, ["/quiet_hours/start", "/quiet_hours/end"]],
    [{ start: "22:00" }, ["/quiet_hours/end"]],
    [{ enabled: true, end: "07:00" }, ["/quiet_hours/start"]],
    [{ start: "24:00", end: "7:00" }, ["/quiet_hours/start", "/quiet_hours/end"]],
    [{ start: "22:00", end: "07:60" }, ["/quiet_hours/end"]],
    [{ start: "07:00", end: "07:00" }, ["/quiet_hours/end"]],
    [{ start: "22:00", end: "07:00", days: [] }, ["/quiet_hours/days"]],
    [{ start: "22:00", end: "07:00", days: [7] }, ["/quiet_hours/days/0"]],
    [{ start: "22:00", end: "07:00", days: [1, -1] }, ["/quiet_hours/days/1"]],
    [{ start: "22:00", end: "07:00", zone: "UTC" }, ["/quiet_hours/zone"]],
  ])("of %j are refused, and each fault is named", async (quiet_hours, pointers) => {
    const { h, user } = await given();
    const { status, body } = await patch(h, user, { quiet_hours });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect((await read(h, user)).body.quiet_hours.inherited_from).toBe("default");
  });

  test("may be whole days, but for one of the week", async () => {
    const { h, user } = await given();
    const days = [1, 2, 3, 4, 5, 6];
    const quiet_hours = { start: "00:00", end: "00:00", days };
    expect((await patch(h, user, { quiet_hours })).body.quiet_hours).toMatchObject({ days });
  });
});

test.each<[body: unknown, pointer: string]>([
  [{ categories: { Orders: { push: true } } }, "/categories/Orders"],
  [{ categories: { orders: { fax: true } } }, "/categories/orders/fax"],
  [{ categories: { orders: { push: "no" } } }, "/categories/orders/push"],
  [{ timezone: "UTC" }, "/timezone"],
])("%j is refused at %s", async (body, pointer) => {
  const { h, user } = await given();
  expect(await patch(h, user, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

test("the change of the reference is taken", async () => {
  const { h, user } = await given();
  const { example } = z
    .object({ example: z.looseObject({ quiet_hours: z.looseObject({}) }) })
    .parse((await openApi()).components.schemas["PreferencesChange"]);
  expect(await patch(h, user, example)).toMatchObject({
    status: 200,
    body: {
      categories: { orders: { email: cell(false, "user"), push: ON } },
      quiet_hours: { ...example.quiet_hours, inherited_from: "user" },
    },
  });
});

test("a service and an admin name the user, who must be in scope", async () => {
  const { h, top, org, user } = await given();
  const at = `${PATH}?user_id=${user}`;
  const admin = (of: string): Caller => ({ role: "org_admin", sub: "adm", org: of });
  expect((await h.request("GET", PATH)).body.code).toBe("no_user");
  for (const as of [undefined, admin(top), admin(org)]) {
    expect((await h.request("GET", at, { ...(as && { as }) })).body.user_id).toBe(user);
    const body = { categories: { orders: { push: false } } };
    expect((await h.request("PATCH", at, { ...(as && { as }), body })).body.user_id).toBe(user);
  }
  const others: Caller[] = [admin(await givenOrg(h)), own((await givenUser(h)).id)];
  for (const as of others) {
    expect((await h.request("GET", at, { as })).status).toBe(404);
    const body = { categories: { orders: { push: true } } };
    expect((await h.request("PATCH", at, { as, body })).status).toBe(404);
  }
  expect((await read(h, user)).body.categories.orders.push).toEqual(cell(false, "user"));
  expect((await h.request("GET", `${PATH}?user_id=${mint("nobody")}`)).status).toBe(404);
});

test("a user who was erased has none, and gets none", async () => {
  const { h, user } = await given();
  expect((await h.request("DELETE", `/api/v1/directory/users/${user}`)).status).toBe(200);
  for (const answer of [
    await read(h, user),
    await patch(h, user, { categories: { orders: { push: false } } }),
  ])
    expect(answer.status).toBe(410);
  const left = await env.DB.prepare("SELECT 1 FROM preferences WHERE user_id = ?").bind(user).first();
  expect(left).toBeNull();
});

test("a caller who is not known yet is created from the token, and chooses at once", async () => {
  const h = createHarness();
  const [reads, writes] = [mint("new"), mint("new")];
  h.meter.reset();
  expect((await read(h, reads)).body).toMatchObject({ user_id: reads, categories: { all: { push: ON } } });
  expect(h.meter.trips).toBe(2);
  const { status, body } = await patch(h, writes, { categories: { orders: { push: false } } });
  expect([status, body.categories.orders.push]).toEqual([200, cell(false, "user")]);
});
