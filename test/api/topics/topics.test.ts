import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { adminOf } from "../types/calls.ts";
import {
  BASE,
  detailsOf,
  givenSubscribers,
  givenTopic,
  givenTopics,
  listed,
  pathOf,
  subscribe,
  subscribersOf,
} from "./calls.ts";

beforeEach(async () => {
  await env.DB.batch(["topics", "topic_subscribers"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("a topic", () => {
  test("of the reference is answered as the reference says, and renamed with its subscribers", async () => {
    const h = createHarness();
    await givenOrg(h, null, "org_ab12");
    const path = pathOf("release_notes", "org_ab12");
    const answer = {
      id: "release_notes",
      org_id: "org_ab12",
      name: "Release notes",
      created_at: "2026-03-26T08:00:00.000Z",
      updated_at: "2026-03-26T08:00:00.000Z",
    };
    const put = (name: string | null) => h.request("PUT", path, { body: { name } });
    expect(await put("Release notes")).toMatchObject({ status: 201, body: answer });
    const { users } = await givenUsers(h, 1, 0);
    await subscribe(h, "release_notes", "org_ab12", users);
    h.clock.advance(1_000);
    expect((await put("Release notes")).body).toEqual(answer);
    const renamed = { ...answer, name: null, updated_at: "2026-03-26T08:00:01.000Z" };
    expect(await put(null)).toMatchObject({ status: 200, body: renamed });
    expect((await h.request("GET", path)).body).toEqual(renamed);
    expect(await subscribersOf(h, "release_notes", "org_ab12")).toEqual(users);
    expect(await detailsOf("topic.put", "org_ab12/release_notes")).toHaveLength(2);
  });

  test("that is put twice at once is one, and keeps its subscribers", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { users } = await givenUsers(h, 1, 0);
    const stopped = h.interrupts.stopAtNext("d1", "before");
    const slow = h.request("PUT", pathOf("news", org), { body: { name: "News" } });
    await stopped.reached;
    await givenTopic(h, org, "news");
    await subscribe(h, "news", org, users);
    stopped.release();
    expect(await slow).toMatchObject({ status: 200, body: { name: "News" } });
    expect(await subscribersOf(h, "news", org)).toEqual(users);
  });

  test.each([
    ["before", 201],
    ["after", 200],
  ] as const)("is written and noted once though D1 failed %s it wrote", async (when, status) => {
    const h = createHarness();
    const org = await givenOrg(h);
    h.meter.failNext(when);
    expect((await h.request("PUT", pathOf("news", org), { body: {} })).status).toBe(status);
    expect(await detailsOf("topic.put", `${org}/news`)).toHaveLength(1);
  });

  test("is inherited, and an organization's own comes before it", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    await givenTopic(h, null, "all");
    await givenTopic(h, top, "news");
    const as = adminOf(below);
    expect((await h.request("GET", pathOf("all", null), { as })).body.org_id).toBeNull();
    expect((await h.request("GET", pathOf("news", null), { as })).body.org_id).toBe(top);
    expect((await h.request("PUT", pathOf("news", null), { as, body: {} })).status).toBe(201);
    expect((await h.request("GET", pathOf("news", null), { as })).body.org_id).toBe(below);
    const rows = await listed<{ id: string; org_id: string | null }>(h, BASE, { as });
    expect(rows.map(({ id, org_id }) => [id, org_id])).toEqual([
      ["all", null],
      ["news", below],
    ]);
    expect((await h.request("DELETE", pathOf("news", null), { as })).status).toBe(200);
    expect((await h.request("GET", pathOf("news", null), { as })).body.org_id).toBe(top);
  });

  test("of another organization is a 404 in every way, and one above is only read", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const stranger = await givenOrg(h);
    const id = await givenTopic(h, top);
    const { users } = await givenUsers(h, 1, 0);
    await subscribe(h, id, top, users);
    for (const as of [adminOf(stranger), adminOf(below)]) {
      const body = { user_ids: users };
      expect((await h.request("GET", pathOf(id, top), { as })).status).toBe(404);
      expect((await h.request("PUT", pathOf(id, top), { as, body: { name: "Mine" } })).status).toBe(404);
      expect((await h.request("DELETE", pathOf(id, top), { as })).status).toBe(404);
      for (const org of [top, null]) {
        const path = pathOf(id, org, "/subscribers");
        expect((await h.request("GET", path, { as })).status).toBe(404);
        expect((await h.request("PUT", path, { as, body })).status).toBe(404);
        expect((await h.request("DELETE", path, { as, body })).status).toBe(404);
      }
      expect((await h.request("GET", `${BASE}?org_id=${top}`, { as })).status).toBe(404);
    }
    expect((await h.request("GET", pathOf(id, null), { as: adminOf(stranger) })).status).toBe(404);
    expect((await h.request("GET", pathOf(id, top))).body.name).toBe(id);
    expect(await subscribersOf(h, id, top)).toEqual(users);
    const nobody = { role: "org_admin", sub: "adm" } as const;
    expect((await h.request("PUT", pathOf(id, null), { as: nobody, body: {} })).status).toBe(404);
  });

  test("beyond 10,000 is refused, and one of them may be renamed", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    await givenTopics(org, 10_000);
    const put = (id: string) => h.request("PUT", pathOf(id, org), { body: { name: "More" } });
    expect(await put("more")).toMatchObject({ status: 409, body: { code: "too_many_topics" } });
    expect((await put("t10000")).status).toBe(200);
    await h.request("DELETE", pathOf("t00001", org));
    expect((await put("more")).status).toBe(201);
  });

  test.each([
    [{ name: "" }, "/name"],
    [{ name: "x".repeat(201) }, "/name"],
    [{ name: 1 }, "/name"],
    [{ title: "News" }, "/title"],
  ])("with the body %j is refused", async (body, pointer) => {
    const h = createHarness();
    const path = pathOf(mint("topic"), null);
    expect(await h.request("PUT", path, { body })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
    expect((await h.request("GET", path)).status).toBe(404);
  });
});

test("the list gives every topic once, by id, at any page size", async () => {
  const h = createHarness();
  const top = await givenOrg(h);
  const below = await givenOrg(h, top);
  for (const id of ["A", "c@x", "z"]) await givenTopic(h, null, id);
  for (const id of ["b:1", "c", "z"]) await givenTopic(h, top, id);
  for (const id of ["a.b", "c"]) await givenTopic(h, below, id);
  const sorted = ["A", "a.b", "b:1", "c", "c@x", "z"];
  for (let limit = 1; limit <= 7; limit++) {
    const rows = await listed<{ id: string; org_id: string | null }>(h, `${BASE}?org_id=${below}`, { limit });
    expect([limit, rows.map(({ id }) => id)]).toEqual([limit, sorted]);
    expect(rows.map(({ org_id }) => org_id)).toEqual([null, below, top, below, null, top]);
  }
});

describe("deleting a topic", () => {
  test.each([
    [0, 1],
    [5_000, 1],
    [5_001, 2],
    [12_000, 3],
  ])("with %i subscribers costs %i round trips, and leaves none", async (count, trips) => {
    const h = createHarness();
    const org = await givenOrg(h);
    const [id, other] = [await givenTopic(h, org), await givenTopic(h, org)];
    if (count > 0) await givenSubscribers(org, id, count);
    await givenSubscribers(org, other, 1);
    h.meter.reset();
    expect(await h.request("DELETE", pathOf(id, org))).toMatchObject({
      status: 200,
      body: { deleted: true, topic: id },
    });
    expect(h.meter.trips).toBe(trips);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM topic_subscribers").first("n")).toBe(1);
    expect(await detailsOf("topic.delete", `${org}/${id}`)).toEqual([null]);
    expect((await h.request("DELETE", pathOf(id, org))).status).toBe(404);
  });

  test("that is too large for one call says so, and is finished by the next", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = await givenTopic(h, org);
    await givenSubscribers(org, id, 200_001);
    expect(await h.request("DELETE", pathOf(id, org))).toMatchObject({
      status: 503,
      body: { code: "unavailable" },
    });
    expect(await detailsOf("topic.delete", `${org}/${id}`)).toEqual([]);
    expect((await h.request("DELETE", pathOf(id, org))).status).toBe(200);
  });

  test.each(["before", "after"] as const)(
    "is answered as done though D1 failed %s it did it",
    async (when) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const id = await givenTopic(h, org);
      await givenSubscribers(org, id, 5_001);
      h.meter.failNext(when);
      expect((await h.request("DELETE", pathOf(id, org))).status).toBe(200);
      expect(await detailsOf("topic.delete", `${org}/${id}`)).toEqual([null]);
    },
  );

  test("and making it again makes another, without subscribers", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = await givenTopic(h, org);
    await givenSubscribers(org, id, 2);
    await h.request("DELETE", pathOf(id, org));
    await givenTopic(h, org, id);
    expect(await subscribersOf(h, id, org)).toEqual([]);
  });
});
