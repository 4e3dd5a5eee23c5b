import { expect, test } from "vitest";
import { createHarness } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";

test("an org_admin cannot overrule what users have switched off, and may lock a cell off", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const as = { role: "org_admin", sub: "adm", org } as const;
  const set = (cell: object, who = {}) =>
    h.request("PATCH", `/api/v1/orgs/${org}/preferences`, {
      ...who,
      body: { categories: { orders: { email: cell } } },
    });
  const { status, body } = await set({ enabled: true, locked: true }, { as });
  expect([status, body.code]).toEqual([403, "lock_not_allowed"]);
  expect(body.errors).toEqual([
    { pointer: "/categories/orders/email/locked", detail: "must be false where it is on" },
  ]);
  expect((await set({ enabled: false, locked: true }, { as })).status).toBe(200);
  expect((await set({ enabled: true, locked: true })).status).toBe(200);
});
