import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { builtInTypes } from "../../../src/notifications/registry.ts";
import { createHarness } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { adminOf, BASE, givenTypes, listed } from "./calls.ts";

const BUILT_IN = builtInTypes.all.map(({ id }) => id);

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM own_types").run();
});

describe("the list", () => {
  test("gives every type once at any page size: built-in ones, then the others by id", async () => {
    const h = createHarness();
    const parent = await givenOrg(h);
    const child = await givenOrg(h, parent);
    await givenTypes(h, "", ["b_service", "z_service"]);
    await givenTypes(h, parent, ["a_parent", "c_parent", "moved"]);
    await givenTypes(h, child, ["m_child", "moved"]);
    const own = ["a_parent", "b_service", "c_parent", "m_child", "moved", "z_service"];
    const all = [...BUILT_IN, ...own];
    for (let limit = 1; limit <= all.length + 1; limit++)
      expect([limit, await listed(h, child, limit)]).toEqual([limit, all]);
    expect(await listed(h, null, 7, adminOf(child))).toEqual(all);
    expect(await listed(h, null)).toEqual([...BUILT_IN, "b_service", "z_service"]);
    const { body } = await h.request("GET", `${BASE}?org_id=${child}&limit=100`);
    const nearest = body.data.find(({ id }: { id: string }) => id === "moved");
    expect(nearest.org_id).toBe(child);
  });

  test("without own types ends with the built-in ones, also on a full page", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    for (const limit of [1, BUILT_IN.length - 1, BUILT_IN.length, BUILT_IN.length + 1])
      expect([limit, await listed(h, org, limit)]).toEqual([limit, BUILT_IN]);
  });

  test("shows an org_admin no other organization's, and nothing of one that is below", async () => {
    const h = createHarness();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const below = await givenOrg(h, ours);
    await givenTypes(h, theirs, ["theirs"]);
    await givenTypes(h, below, ["below"]);
    await givenTypes(h, ours, ["ours"]);
    expect(await listed(h, null, 100, adminOf(ours))).toEqual([...BUILT_IN, "ours"]);
    expect(await listed(h, below, 100, adminOf(ours))).toEqual([...BUILT_IN, "below", "ours"]);
    expect((await h.request("GET", `${BASE}?org_id=${theirs}`, { as: adminOf(ours) })).status).toBe(404);
    expect((await h.request("GET", `${BASE}?org_id=${ours}`, { as: adminOf(below) })).status).toBe(404);
  });

  test("goes on after a type that was deleted meanwhile", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    await givenTypes(h, org, ["a", "b", "c"]);
    const limit = BUILT_IN.length + 2;
    const first = await h.request("GET", `${BASE}?org_id=${org}&limit=${limit}`);
    await env.DB.prepare("DELETE FROM own_types WHERE id = 'b'").run();
    const path = `${BASE}?org_id=${org}&cursor=${first.body.pagination.next_cursor}`;
    expect((await h.request("GET", path)).body.data.map(({ id }: { id: string }) => id)).toEqual(["c"]);
  });
});
