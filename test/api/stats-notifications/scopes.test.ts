import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  BASE,
  givenMember,
  givenSubscription,
  noSubscriptions,
  rowsOf,
  subscribe,
} from "../../notifications/stats-summary/world.ts";
import { type Caller, createHarness, mint } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";

const h = createHarness();

/** An organization with one below it and one beside it, each with a member; and a member of none. */
async function givenTenants() {
  const above = await givenOrg(h);
  const below = await givenOrg(h, above);
  const beside = await givenOrg(h);
  return {
    org: above,
    own: await givenMember(h, { org: above }),
    below: await givenMember(h, { org: below }),
    beside: await givenMember(h, { org: beside }),
    homeless: await givenMember(h),
  };
}

type Tenants = Awaited<ReturnType<typeof givenTenants>>;
type Who = Exclude<keyof Tenants, "org">;
const EVERYONE: readonly Who[] = ["own", "below", "beside", "homeless"];

const CALLERS: readonly [string, (tenants: Tenants) => Caller | null, readonly Who[]][] = [
  ["a service", () => ({ role: "service", sub: "svc" }), EVERYONE],
  ["a global_admin", () => ({ role: "global_admin", sub: "root" }), EVERYONE],
  ["nobody, where the contract is open", () => null, EVERYONE],
  ["an org_admin", ({ org }) => ({ role: "org_admin", sub: "admin", org }), ["own", "below"]],
  ["an org_admin without an organization", () => ({ role: "org_admin", sub: "admin" }), []],
  ["a coordinator", ({ own, org }) => ({ role: "coordinator", sub: own, org }), ["own"]],
  ["a user", ({ own, org }) => ({ role: "user", sub: own, org }), ["own"]],
];

describe.each(CALLERS)("%s", (_, callerIn, allowed) => {
  test(`reaches the subscriptions of: ${allowed.join(", ") || "no one"}`, async () => {
    const tenants = await givenTenants();
    const as = callerIn(tenants);
    for (const who of EVERYONE) {
      const user = tenants[who];
      const may = allowed.includes(who);
      const id = await givenSubscription(h, user, "weekly");
      const path = `${BASE}/${id}`;
      const statuses = [
        (await h.request("GET", path, { as })).status,
        (await h.request("POST", `${path}/refresh`, { as })).status,
        (await h.request("PUT", path, { as, body: { time_window: "yearly" } })).status,
        (await subscribe(h, user, "monthly", { as })).status,
        (await h.request("DELETE", path, { as })).status,
      ];
      expect(statuses, who).toEqual(may ? [200, 200, 200, 201, 200] : [404, 404, 404, 404, 404]);
      expect((await rowsOf(user)).map((row) => row.time_window)).toEqual(may ? ["monthly"] : ["weekly"]);
    }
  });

  test(`lists the subscriptions of: ${allowed.join(", ") || "no one"}`, async () => {
    await noSubscriptions();
    const tenants = await givenTenants();
    const as = callerIn(tenants);
    for (const who of EVERYONE) await givenSubscription(h, tenants[who], "weekly");
    const listed = async (query = "") => {
      const { body } = await h.request("GET", `${BASE}${query}`, { as });
      expect(body.pagination.total).toBe(body.data.length);
      return body.data.map((row: { user_id: string }) => row.user_id);
    };
    expect(await listed()).toEqual(allowed.map((who) => tenants[who]).toReversed());
    for (const who of EVERYONE)
      expect(await listed(`?user_id=${tenants[who]}`)).toEqual(allowed.includes(who) ? [tenants[who]] : []);
  });
});

describe("someone of whom the directory has not heard", () => {
  const users = async (id: string) =>
    (
      await env.DB.prepare("SELECT org_id, email, email_verified, name FROM users WHERE id = ?")
        .bind(id)
        .all()
    ).results;

  test.each(["user", "coordinator"] as const)(
    "is created from the token when they subscribe themselves (%s)",
    async (role) => {
      const sub = mint("usr");
      const claims = { name: "Kari", email_verified: true };
      const as: Caller = { role, sub, org: "org_1", email: "kari@example.com", claims };
      expect(await subscribe(h, sub, "weekly", { as })).toMatchObject({
        status: 201,
        body: { user_id: sub, snapshot: { total_activities: 0, completed_activities: 0, hours_logged: 0 } },
      });
      expect(await users(sub)).toEqual([
        { org_id: "org_1", email: "kari@example.com", email_verified: 1, name: "Kari" },
      ]);
    },
  );

  test.each<[string, (id: string) => Caller | null]>([
    ["a service", () => ({ role: "service", sub: "svc" })],
    ["a global_admin, though it is themselves", (id) => ({ role: "global_admin", sub: id })],
    ["an org_admin", () => ({ role: "org_admin", sub: "admin", org: "org_1" })],
    ["another user", () => ({ role: "user", sub: "other", org: "org_1" })],
    ["nobody", () => null],
  ])("is not found, and not created, when %s subscribes them", async (_, callerOf) => {
    const id = mint("usr");
    expect((await subscribe(h, id, "weekly", { as: callerOf(id) })).status).toBe(404);
    expect(await users(id)).toEqual([]);
    expect(await rowsOf(id)).toEqual([]);
  });

  test("has an empty list", async () => {
    const as: Caller = { role: "user", sub: mint("usr") };
    expect((await h.request("GET", BASE, { as })).body.data).toEqual([]);
  });
});

test("where the contract is closed, every endpoint asks for a token", async () => {
  const closed = createHarness({ vars: { OPEN_CONTRACTS: "" } });
  const id = await givenSubscription(h, await givenMember(h), "weekly");
  const calls = [
    ["GET", BASE],
    ["POST", BASE],
    ["GET", `${BASE}/${id}`],
    ["PUT", `${BASE}/${id}`],
    ["POST", `${BASE}/${id}/refresh`],
    ["DELETE", `${BASE}/${id}`],
  ] as const;
  for (const [method, path] of calls)
    expect((await closed.request(method, path, { as: null })).status).toBe(401);
  expect((await closed.request("GET", `${BASE}/${id}`)).status).toBe(200);
});
