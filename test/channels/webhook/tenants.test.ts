import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyTables } from "../../support/pipeline.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

/** Trees: of each organization the place of its parent in the list, or none. */
const trees = fc
  .array(fc.option(fc.nat(5)), { minLength: 2, maxLength: 6 })
  .map((parents) => parents.map((parent, i) => (parent === null || parent >= i ? null : parent)));

describe("whatever the tree of organizations", () => {
  test("an endpoint hears of its own organization and of all below it, and of nobody else", async () => {
    await fc.assert(
      fc.asyncProperty(
        trees,
        fc.array(fc.option(fc.nat(5)), { minLength: 1, maxLength: 4 }),
        fc.array(fc.option(fc.nat(5)), { minLength: 1, maxLength: 4 }),
        async (parents, owners, receivers) => {
          await emptyTables();
          await emptyEndpoints();
          const { h, receiver } = await createHookWorld();
          const orgs: string[] = [];
          for (const parent of parents)
            orgs.push(await givenOrg(h, parent === null ? null : (orgs[parent] ?? null)));
          const placed = (i: number | null) => (i === null ? null : i % orgs.length);
          /** The line up from an organization; null stands for the service. */
          const lineOf = (i: number | null): (number | null)[] =>
            i === null ? [null] : [i, ...lineOf(parents[i] ?? null)];
          for (const [n, owner] of owners.entries()) {
            const at = placed(owner);
            await givenEndpoint(h, at === null ? null : (orgs[at] ?? null), {
              path: `/${n}`,
              types: ["message.sent"],
            });
          }
          const expected: string[] = [];
          for (const place of receivers) {
            const at = placed(place);
            const user = await givenUser(h, { org: at === null ? null : (orgs[at] ?? null) });
            await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
            const line = lineOf(at);
            for (const [n, owner] of owners.entries())
              if (line.includes(placed(owner))) expected.push(`/${n} ${user.id}`);
          }
          await h.drain();
          const told = receiver.received.map(
            ({ url, body }) => `${new URL(url).pathname} ${String(body.data["user_id"])}`,
          );
          expect(told.toSorted()).toEqual(expected.toSorted());
        },
      ),
      { numRuns: 12 },
    );
  });
});

test("a user whose id is made like a receiver's neither gets its webhooks nor takes those of others along", async () => {
  const { h, receiver, org } = await createHookWorld();
  const { id } = await givenEndpoint(h, org);
  const forged = await h.request("PUT", `/api/v1/directory/users/${encodeURIComponent("webhook/x")}`, {
    body: {},
  });
  expect(forged.status).toBe(400);
  const [user, erased] = [await givenUser(h, { org }), await givenUser(h, { org })];
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  await h.drain();
  await h.request("DELETE", `/api/v1/directory/users/${erased.id}`);
  expect((await h.request("GET", `${BASE}/${id}/messages`)).body.data).toHaveLength(1);
  expect(receiver.received).toHaveLength(1);
});

test("no list, search, count or export has webhooks", async () => {
  const { h, org } = await createHookWorld();
  await givenEndpoint(h, org);
  const user = await givenUser(h, { org });
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  await h.drain();
  const { body: hooks } = await h.request("GET", `${BASE}?org_id=${org}`);
  const { body: sent } = await h.request("GET", `${BASE}/${hooks.data[0].id}/messages`);
  expect(sent.data).toHaveLength(1);
  const list = await h.request("GET", "/api/v1/admin/notifications");
  expect(list.body.pagination.total).toBe(1);
  for (const query of ["status=sent", "type=message.sent", "type=webhook.test"]) {
    const found = await h.request("GET", `/api/v1/admin/notifications?${query}`);
    if (found.status === 200) expect(JSON.stringify(found.body)).not.toContain("webhook");
  }
  const bare = sent.data[0].id.replace("whm_", "dsp_");
  expect((await h.request("GET", `/api/v1/dispatches/${bare}/timeline`)).status).toBe(404);
  expect((await h.request("POST", `/api/v1/admin/notifications/${bare}/retry`, { body: {} })).status).toBe(
    404,
  );
  const exported = await h.request("GET", `/api/v1/directory/users/${user.id}/export`);
  expect(JSON.stringify(exported.body)).not.toContain("webhook");
  h.clock.advance(2 * 3_600_000);
  await h.tick("17 * * * *");
  const { results } = await h.deps.bindings.DB.prepare(
    "SELECT DISTINCT channel FROM hourly_counts WHERE channel = 'webhook'",
  ).all();
  expect(results).toEqual([]);
});
