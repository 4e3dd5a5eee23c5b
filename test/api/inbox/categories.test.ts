import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { aReader, BASE, givenMessages } from "../../inbox/world.ts";
import { givenTypes } from "../types/calls.ts";

const read = async (h: Harness, sub: string, path = "/categories") =>
  (await h.request("GET", `${BASE}${path}`, { as: { role: "user", sub } })).body;

/** An own type of a category, of this organization. @returns its id */
async function givenType(h: Harness, org: string, category: string): Promise<string> {
  const id = mint("t");
  await givenTypes(h, org, [id]);
  await env.DB.prepare("UPDATE own_types SET data = json_set(data, '$.category', ?) WHERE id = ?")
    .bind(category, id)
    .run();
  return id;
}

describe("the categories of an inbox", () => {
  test("are those of its messages, built in or the organizations' own, each with its types", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const { id: user } = await givenUser(h, { org: await givenOrg(h, top) });
    const [order, other] = [await givenType(h, top, "orders"), await givenType(h, top, "unused")];
    const foreign = await givenType(h, await givenOrg(h), "foreign");
    for (const type of ["pause_deactivated", "pause_activated", "push", order, foreign, "of_nobody"])
      await givenMessages(h, user, 2, { type });
    expect(await read(h, user)).toEqual({
      data: [
        { category: "mentors", types: ["pause_activated", "pause_deactivated"] },
        { category: "messages", types: ["push"] },
        { category: "orders", types: [order] },
      ],
    });
    expect(other).not.toBe(order);
  });

  test("are none in an empty inbox, and archived messages do not count", async () => {
    const h = createHarness();
    const { sub } = aReader();
    expect(await read(h, sub)).toEqual({ data: [] });
    const [id] = await givenMessages(h, sub);
    await h.request("POST", `${BASE}/${id}/archive`, { as: { role: "user", sub } });
    expect(await read(h, sub)).toEqual({ data: [] });
  });

  test("are of the nearest organization where two have a type of that name", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const org = await givenOrg(h, top);
    const { id: user } = await givenUser(h, { org });
    const id = await givenType(h, top, "of_top");
    await givenTypes(h, org, [id]);
    await givenMessages(h, user, 1, { type: id });
    expect(await read(h, user)).toEqual({ data: [{ category: "orders", types: [id] }] });
  });

  test("narrow the list, with its other filters and its cursor", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const order = await givenType(h, org, "orders");
    const orders = await givenMessages(h, user, 3, { type: order });
    const mentors = await givenMessages(h, user, 2);
    const ids = async (query: string) =>
      (await read(h, user, `?${query}`)).data.map((one: { id: string }) => one.id);
    expect(await ids("category=orders")).toEqual(orders.toReversed());
    expect(await ids("category=mentors")).toEqual(mentors.toReversed());
    expect(await ids("category=nothing")).toEqual([]);
    const page = await read(h, user, "?category=orders&limit=2");
    expect(await ids(`category=orders&limit=2&cursor=${page.pagination.next_cursor}`)).toEqual([orders[0]]);
    await h.request("POST", `${BASE}/${orders[1]}/read`, { as: { role: "user", sub: user } });
    expect(await ids("category=orders&unread=true")).toEqual([orders[2], orders[0]]);
    expect(await ids(`category=orders&type=pause_activated`)).toEqual([]);
  });

  test.each(["", "Orders", "a-b", "x".repeat(65)])("category %j is refused and named", async (category) => {
    const h = createHarness();
    const { status, body } = await h.request("GET", `${BASE}?category=${category}`, { as: aReader() });
    expect([status, body.errors[0].pointer]).toEqual([400, "category"]);
  });

  test("cost one round trip, the latest messages alone, and no look at what others have", async () => {
    const h = createHarness();
    const { id: user } = await givenUser(h, { org: await givenOrg(h) });
    await givenMessages(h, user, 700);
    for (const path of ["/categories", "?category=mentors"]) {
      h.meter.reset();
      await read(h, user, path);
      expect([path, h.meter.trips]).toEqual([path, 1]);
      // Index and row of 500 messages; or of a page, and up to the 1,000 that are counted as unread.
      expect(h.meter.rowsRead).toBeLessThan(path === "/categories" ? 1_100 : 800);
      const plans = await env.DB.batch<{ detail: string }>(
        h.meter.statements.map(({ sql, params }) =>
          env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params),
        ),
      );
      const steps = plans.flatMap(({ results }) => results.map(({ detail }) => detail));
      expect(steps.filter((step) => /^SCAN (dispatches|own_types|t|orgs|o|users)\b/.test(step))).toEqual([]);
      expect(steps.join()).toContain("dispatches_inbox");
    }
  });
});
