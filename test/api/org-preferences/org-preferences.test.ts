import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Caller, createHarness, type Harness } from "../../support/harness.ts";
import { openApi } from "../../support/openapi.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { plansOf, scans } from "../../support/plans.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";

beforeEach(emptyTables);

const pathOf = (id: string) => `/api/v1/orgs/${id}/preferences`;
const NIGHT = { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] };
const patch = (h: Harness, id: string, body: unknown, as?: Caller) =>
  h.request("PATCH", pathOf(id), { body, ...(as && { as }) });
const own = (sub: string): Caller => ({ role: "user", sub });
const matrixOf = async (h: Harness, sub: string) =>
  (await h.request("GET", "/api/v1/preferences", { as: own(sub) })).body;
const flatOf = async (h: Harness, sub: string) =>
  (await h.request("GET", "/api/v1/notifications/preferences", { as: own(sub) })).body;

async function givenLine(h: Harness) {
  const top = await givenOrg(h);
  const org = await givenOrg(h, top);
  const { id: user } = await givenUser(h, { org });
  return { top, org, user };
}

describe("an organization's preferences", () => {
  test("are what it has set, and what it inherits and from whom", async () => {
    const h = createHarness();
    const { top, org } = await givenLine(h);
    const empty = { categories: {}, quiet_hours: null, locale: null };
    expect((await h.request("GET", pathOf(org))).body).toEqual({ org_id: org, ...empty, inherited: empty });
    await patch(h, "service", { categories: { orders: { push: { enabled: false } } }, locale: "en" });
    await patch(h, top, { categories: { orders: { email: { enabled: false, locked: true } } } });
    const { status, body } = await patch(h, org, {
      categories: { orders: { in_app: { enabled: true } } },
      quiet_hours: { start: "22:00", end: "07:00" },
      locale: "nb_no",
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      org_id: org,
      categories: { orders: { in_app: { enabled: true, locked: false } } },
      quiet_hours: NIGHT,
      locale: "nb-NO",
      inherited: {
        categories: {
          orders: {
            email: { enabled: false, locked: true, org_id: top },
            push: { enabled: false, locked: false, org_id: null },
          },
        },
        quiet_hours: null,
        locale: { locale: "en", org_id: null },
      },
    });
  });

  test("of the reference are taken", async () => {
    const h = createHarness();
    const { org } = await givenLine(h);
    const { example } = z
      .object({ example: z.looseObject({ categories: z.looseObject({ orders: z.unknown() }) }) })
      .parse((await openApi()).components.schemas["OrgPreferencesChange"]);
    const { quiet_hours, locale, categories } = example;
    expect(await patch(h, org, example)).toMatchObject({
      status: 200,
      body: { quiet_hours, locale, categories: { orders: categories.orders } },
    });
  });

  test("name the nearest above whose quiet hours and language hold", async () => {
    const h = createHarness();
    const { top, org } = await givenLine(h);
    const inherited = async (id: string) => (await h.request("GET", pathOf(id))).body.inherited;
    await patch(h, "service", { quiet_hours: NIGHT, locale: "en" });
    expect(await inherited(org)).toEqual({
      categories: {},
      quiet_hours: { ...NIGHT, org_id: null },
      locale: { locale: "en", org_id: null },
    });
    const evening = { ...NIGHT, start: "20:00", days: [1, 2] };
    await patch(h, top, { quiet_hours: evening, locale: "nb" });
    expect(await inherited(org)).toMatchObject({
      quiet_hours: { ...evening, org_id: top },
      locale: { locale: "nb", org_id: top },
    });
    expect(await inherited(top)).toMatchObject({ quiet_hours: { org_id: null }, locale: { org_id: null } });
    expect(await inherited("service")).toEqual({ categories: {}, quiet_hours: null, locale: null });
  });

  test("lose with null what they had, are audited once for each change, and cost two round trips", async () => {
    const h = createHarness();
    const { org } = await givenLine(h);
    await patch(h, org, { categories: { orders: { push: { enabled: false } } }, quiet_hours: NIGHT });
    h.meter.reset();
    const gone = await patch(h, org, { categories: { orders: { push: null } }, quiet_hours: null });
    expect(gone.body).toMatchObject({ categories: {}, quiet_hours: null });
    expect(h.meter.trips).toBe(2);
    for (const body of [{ categories: { orders: { push: null } } }, { categories: {} }, {}])
      expect((await patch(h, org, body)).status).toBe(200);
    const { results } = await env.DB.prepare("SELECT action, target FROM audit_log").all();
    expect(results).toEqual(Array(2).fill({ action: "org.preferences", target: org }));
    h.meter.reset();
    await h.request("GET", pathOf(org));
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
  });

  test("are read and changed without going through a table", async () => {
    const h = createHarness();
    const { org } = await givenLine(h);
    h.meter.reset();
    await patch(h, org, { categories: { orders: { push: { enabled: false } } }, locale: "nb" });
    await h.request("GET", pathOf(org));
    expect(h.meter.trips).toBe(3);
    expect((await plansOf(h)).flatMap(scans)).toEqual([]);
  });

  test("refuse a cell that is locked above, and change nothing then", async () => {
    const h = createHarness();
    const { top, org } = await givenLine(h);
    await patch(h, top, { categories: { orders: { email: { enabled: false, locked: true } } } });
    const { status, body } = await patch(h, org, {
      categories: { orders: { email: { enabled: true }, push: { enabled: false } } },
    });
    expect([status, body.code]).toEqual([409, "locked"]);
    expect(body.errors).toMatchObject([{ pointer: "/categories/orders/email" }]);
    expect((await h.request("GET", pathOf(org))).body.categories).toEqual({});
    // Not to have a default of its own is always possible.
    expect((await patch(h, org, { categories: { orders: { email: null } } })).status).toBe(200);
  });

  test.each<[object, string]>([
    [{ categories: { Orders: {} } }, "/categories/Orders"],
    [{ categories: { orders: { fax: { enabled: true } } } }, "/categories/orders/fax"],
    [{ categories: { orders: { push: { enabled: "no" } } } }, "/categories/orders/push/enabled"],
    [{ categories: { orders: { push: true } } }, "/categories/orders/push"],
    [{ quiet_hours: { start: "25:00", end: "07:00" } }, "/quiet_hours/start"],
    [{ locale: "not a locale" }, "/locale"],
    [{ brand: {} }, "/brand"],
    [{ categories: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`c${i}`, {}])) }, "/categories"],
  ])("refuse %j at %s", async (body, pointer) => {
    const h = createHarness();
    const answer = await patch(h, await givenOrg(h), body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  test.each(["__proto__", "Orders", "0rders", "", `a${"b".repeat(64)}`])(
    "and a user's refuse the category %j, and say what a name looks like",
    async (name) => {
      const h = createHarness();
      const { org, user } = await givenLine(h);
      const errors = [
        { pointer: `/categories/${name}`, detail: "must be a letter, then up to 63 of a-z 0-9 _" },
      ];
      // As text: in a literal, `__proto__` is no member.
      const bodyOf = (cells: string) => `{"categories":{"orders":${cells},${JSON.stringify(name)}:${cells}}}`;
      const ours = await patch(h, org, bodyOf('{"push":{"enabled":false}}'));
      expect(ours).toMatchObject({ status: 400, body: { errors } });
      const body = bodyOf('{"push":false}');
      const theirs = await h.request("PATCH", "/api/v1/preferences", { as: own(user), body });
      expect(theirs).toMatchObject({ status: 400, body: { errors } });
      expect((await h.request("GET", pathOf(org))).body.categories).toEqual({});
      expect((await matrixOf(h, user)).categories.orders).toBeUndefined();
    },
  );

  test("are of at most 100 categories, also bit by bit", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const some = (from: number) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`c${from + i}`, { push: { enabled: true } }]));
    expect((await patch(h, org, { categories: some(0) })).status).toBe(200);
    expect((await patch(h, org, { categories: some(60) })).status).toBe(400);
    expect((await patch(h, org, { categories: some(40) })).status).toBe(200);
    const one = { c100: { push: { enabled: true } } };
    expect((await patch(h, org, { categories: one })).status).toBe(400);
    const all = { ...some(0), ...some(40) };
    expect((await patch(h, await givenOrg(h), { categories: all })).status).toBe(200);
  });

  test("of the service are for those who administer everything, and unknown organizations are not found", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    expect((await h.request("GET", pathOf("service"))).body).toMatchObject({ org_id: null });
    const as: Caller = { role: "org_admin", sub: "admin", org };
    expect((await h.request("GET", pathOf("service"), { as })).status).toBe(404);
    expect((await patch(h, "service", { locale: "nb" }, as)).status).toBe(404);
    expect((await patch(h, "org_unknown", { locale: "nb" })).status).toBe(404);
  });
});

describe("what an organization has set", () => {
  test("is in its users' matrix and flat fields alike, and what a user chooses in one is in the other", async () => {
    const h = createHarness();
    const { top, org, user } = await givenLine(h);
    await patch(h, org, { categories: { digest: { email: { enabled: false } } } });
    expect((await flatOf(h, user)).weekly_digest_enabled).toBe(false);
    expect((await matrixOf(h, user)).categories.digest.email).toMatchObject({
      enabled: false,
      inherited_from: "organization",
    });
    const flat = "/api/v1/notifications/preferences";
    await h.request("PATCH", flat, { as: own(user), body: { weekly_digest_enabled: true } });
    expect((await matrixOf(h, user)).categories.digest.email).toMatchObject({
      enabled: true,
      inherited_from: "user",
    });
    const body = { categories: { digest: { email: false }, all: { email: false } } };
    await h.request("PATCH", "/api/v1/preferences", { as: own(user), body });
    expect(await flatOf(h, user)).toMatchObject({
      weekly_digest_enabled: false,
      email_notifications_enabled: false,
    });
    await patch(h, top, { categories: { digest: { email: { enabled: true, locked: true } } } });
    expect((await flatOf(h, user)).weekly_digest_enabled).toBe(true);
    const refused = await h.request("PATCH", "/api/v1/preferences", { as: own(user), body });
    expect([refused.status, refused.body.code]).toEqual([409, "locked"]);
  });

  test("is obeyed by pushes: the nearest default, the user before it, the highest lock before both", async () => {
    const h = createHarness();
    const { top, org, user } = await givenLine(h);
    const send = async () => {
      const { body } = await h.request("POST", "/api/v1/notifications", { body: aPush(user) });
      return body.status;
    };
    const set = (id: string, cell: object | null) =>
      patch(h, id, { categories: { messages: { push: cell } } });
    await set(top, { enabled: false });
    expect(await send()).toBe("cancelled");
    await set(org, { enabled: true });
    expect(await send()).toBe("sent");
    const choose = (on: boolean | null) =>
      h.request("PATCH", "/api/v1/preferences", {
        as: own(user),
        body: { categories: { messages: { push: on } } },
      });
    await choose(false);
    expect(await send()).toBe("cancelled");
    await set(top, { enabled: true, locked: true });
    expect(await send()).toBe("sent");
  });
});

describe("an in-app message that is switched off", () => {
  const inbox = async (h: Harness, sub: string) =>
    (await h.request("GET", "/api/v1/inbox", { as: own(sub) })).body.data;
  const off = { categories: { messages: { in_app: false } } };

  test("is cancelled when it is sent, and its push comes", async () => {
    const h = createHarness();
    const { user } = await givenLine(h);
    await h.request("PATCH", "/api/v1/preferences", { as: own(user), body: off });
    const { body } = await h.request("POST", "/api/v1/notifications", {
      body: aPush(user, { channels: ["push", "in_app"] }),
    });
    expect(body.status).toBe("sent");
    const { results } = await env.DB.prepare(
      "SELECT status, error_code, wake_at FROM dispatches WHERE channel = 'in_app'",
    ).all();
    expect(results).toEqual([{ status: "cancelled", error_code: "unsubscribed", wake_at: null }]);
    expect(await inbox(h, user)).toEqual([]);
  });

  test.each<[string, object]>([
    ["as the fallback of a push", { fallback: "in_app" }],
    ["for later", { channels: ["in_app"], send_at: "2026-03-26T08:00:30Z" }],
  ])("%s is cancelled when its time comes", async (_, more) => {
    const h = createHarness();
    const { org } = await givenLine(h);
    const { id: user } = await givenUser(h, { org, devices: 0 });
    await patch(h, org, { categories: { messages: { in_app: { enabled: false, locked: true } } } });
    await h.request("POST", "/api/v1/notifications", { body: aPush(user, more) });
    h.clock.advance(60_000);
    await h.drain();
    const { results } = await env.DB.prepare(
      "SELECT status, error_code FROM dispatches WHERE channel = 'in_app'",
    ).all();
    expect(results).toEqual([{ status: "cancelled", error_code: "unsubscribed" }]);
    expect(await inbox(h, user)).toEqual([]);
  });
});

test("cells that cannot be read count as nothing chosen, and stop no one else's messages", async () => {
  const h = createHarness();
  const { user } = await givenLine(h);
  await matrixOf(h, user);
  await h.request("PATCH", "/api/v1/preferences", {
    as: own(user),
    body: { categories: { messages: { push: false } } },
  });
  await env.DB.prepare("UPDATE preferences SET cells = '{\"messages\":' WHERE user_id = ?").bind(user).run();
  const { body } = await h.request("POST", "/api/v1/notifications", { body: aPush(user) });
  expect(body.status).toBe("sent");
});
