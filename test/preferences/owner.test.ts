import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { isOwner } from "../../src/preferences/owner.ts";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg } from "../support/world.ts";

const may = async (h: Harness, scope: Scope, owner: string): Promise<boolean> => {
  const { found } = await h.ctx.db.read({ found: isOwner(scope, owner), other: sql`SELECT 1` });
  return found.length > 0;
};

test("an owner is one that the directory has, or the service; an org_admin's own, and those below", async () => {
  const h = createHarness();
  const [top, stranger, unknown] = [await givenOrg(h), await givenOrg(h), mint("unknown")];
  const org = await givenOrg(h, top);
  const below = await givenOrg(h, await givenOrg(h, org));
  const owners = { service: "", top, org, below, stranger, unknown };
  const seen = async (scope: Scope) => {
    const names: string[] = [];
    for (const [name, owner] of Object.entries(owners)) if (await may(h, scope, owner)) names.push(name);
    return names;
  };
  expect(await seen({ kind: "all" })).toEqual(["service", "top", "org", "below", "stranger"]);
  expect(await seen({ kind: "org", orgId: org })).toEqual(["org", "below"]);
  expect(await seen({ kind: "org", orgId: unknown })).toEqual([]);
  expect(await seen({ kind: "own", userId: org })).toEqual([]);
  expect(await seen({ kind: "none" })).toEqual([]);
  // A parent may be named before it exists.
  const early = await givenOrg(h, unknown);
  expect(await may(h, { kind: "org", orgId: unknown }, early)).toBe(true);
});

test("whether one may is found by going up from the owner, whatever lies beside it", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const below = await givenOrg(h, org);
  for (let i = 0; i < 20; i++) await givenOrg(h, org);
  h.meter.reset();
  expect(await may(h, { kind: "org", orgId: org }, below)).toBe(true);
  expect(h.meter.rowsRead).toBeLessThan(6);
});

const ADMIN: Caller = { role: "global_admin", sub: "root" };
const TYPE = { name: "A", channels: [{ channel: "in_app" }] };
const WORDS = "/api/v1/wordings/welcome/email/en";
const TEXT = { subject: "a", body: "b" };
const CALLS: [method: string, path: string, body?: object][] = [
  ["PUT", "/api/v1/types/shipped", TYPE],
  ["GET", "/api/v1/types/shipped"],
  ["GET", "/api/v1/types"],
  ["DELETE", "/api/v1/types/shipped"],
  ["PUT", "/api/v1/topics/news", {}],
  ["GET", "/api/v1/topics/news"],
  ["GET", "/api/v1/topics"],
  ["DELETE", "/api/v1/topics/news"],
  ["PUT", "/api/v1/topics/news/subscribers", { user_ids: ["usr_1"] }],
  ["GET", "/api/v1/topics/news/subscribers"],
  ["DELETE", "/api/v1/topics/news/subscribers", { user_ids: ["usr_1"] }],
  ["PUT", WORDS, TEXT],
  ["GET", WORDS],
  ["GET", "/api/v1/wordings"],
  ["DELETE", WORDS],
  ["GET", `${WORDS}/versions`],
  ["POST", `${WORDS}/publish`, { version: 1 }],
  ["POST", `${WORDS}/preview`, { fields: TEXT }],
];

test.each(CALLS)(
  "%s %s is a 404 for an organization that the directory does not have",
  async (method, path, body) => {
    const h = createHarness();
    // In a query it is an id like any other.
    for (const org of [mint("unknown"), "service"])
      for (const as of [undefined, ADMIN, { role: "org_admin", sub: "adm", org } as const]) {
        const options = { ...(body && { body }), ...(as && { as }) };
        const answer = await h.request(method, `${path}?org_id=${org}`, options);
        expect([org, answer.status]).toEqual([org, 404]);
      }
    const { results } = await h.deps.bindings.DB.prepare(
      `SELECT org_id FROM own_types WHERE org_id = 'service' UNION ALL SELECT org_id FROM topics WHERE org_id = 'service'
     UNION ALL SELECT org_id FROM wordings WHERE org_id = 'service'`,
    ).all();
    expect(results).toEqual([]);
  },
);
