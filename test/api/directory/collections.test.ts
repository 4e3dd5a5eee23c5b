import { describe, expect, test } from "vitest";
import { WIRE } from "../../../src/api/directory/collections/index.ts";
import type { WireCollection } from "../../../src/api/directory/wire.ts";
import { type Caller, createHarness, mint, SERVICE } from "../../support/harness.ts";
import { BASE, bodiesOf } from "./bodies.ts";

const h = createHarness();

const tripsOf = async (method: string, path: string, body?: unknown): Promise<number> => {
  h.meter.reset();
  expect((await h.request(method, path, { body })).status).toBeLessThan(300);
  return h.meter.trips;
};

describe.each(Object.values<WireCollection>(WIRE))("$collection.name", ({ collection: { name } }) => {
  const { one, many, facts, item } = bodiesOf(name);

  test("put, get, delete: what was put is read, and is gone when deleted", async () => {
    const id = mint("x");
    const created = await h.request("PUT", one(id), { body: facts });
    expect(created).toMatchObject({ status: 201, body: { id, ...facts } });
    expect(await h.request("PUT", one(id), { body: facts })).toMatchObject({
      status: 200,
      body: created.body,
    });
    expect(await h.request("GET", one(id))).toMatchObject({ status: 200, body: created.body });
    expect(await h.request("DELETE", one(id))).toMatchObject({ status: 200, body: { deleted: true, id } });
    expect((await h.request("GET", one(id))).status).toBe(404);
    expect((await h.request("DELETE", one(id))).status).toBe(404);
  });

  test("the reference's example of a bulk is taken", async () => {
    const bulk = await h.request("POST", many, { body: { items: [item] } });
    expect(bulk).toMatchObject({ status: 200, body: { upserted: 1 } });
    expect(await h.request("GET", one(item.id))).toMatchObject({ status: 200, body: item });
  });

  test("get and put cost one round trip, and so does a bulk of 1,000", async () => {
    const id = mint("x");
    const items = Array.from({ length: 1_000 }, () => ({ ...facts, id: mint("x") }));
    expect(await tripsOf("PUT", one(id), facts)).toBe(1);
    expect(await tripsOf("PUT", one(id), facts)).toBe(1);
    expect(await tripsOf("GET", one(id))).toBe(1);
    expect(await tripsOf("POST", many, { items })).toBe(1);
    expect(await tripsOf("DELETE", one(id))).toBeLessThanOrEqual(2);
    for (const { id: imported } of [items[0], items[999]].flatMap((each) => each ?? []))
      expect(await h.request("GET", one(imported))).toMatchObject({ status: 200, body: { id: imported } });
  });

  test("only the operators get in", async () => {
    const calls = [
      ["PUT", one(mint("x")), facts],
      ["GET", one("nobody"), undefined],
      ["DELETE", one("nobody"), undefined],
      ["POST", many, { items: [{ ...item, id: mint("x") }] }],
    ] as const;
    const status = async (as: Caller | null) =>
      Promise.all(
        calls.map(async ([method, path, body]) => (await h.request(method, path, { as, body })).status),
      );
    expect(await status(null)).toEqual([401, 401, 401, 401]);
    for (const role of ["user", "coordinator", "org_admin"] as const)
      expect(await status({ role, org: "org_1" })).toEqual([403, 403, 403, 403]);
    expect(await status({})).toEqual([403, 403, 403, 403]);
    expect(await status({ role: "global_admin" })).toEqual([201, 404, 404, 200]);
    expect(await status({ role: "service" })).toEqual([200, 404, 404, 200]);
  });

  test("who may not come in learns nothing of what is wrong with the body", async () => {
    const refused = await h.request("PUT", one(mint("x")), { as: { role: "user" }, body: { nonsense: 1 } });
    expect(refused.body).toMatchObject({ code: "forbidden" });
    expect(refused.body.errors).toBeUndefined();
  });

  test("every unknown field is named", async () => {
    const body = { ...facts, "a/b": 1, id: "x" };
    const put = await h.request("PUT", one(mint("x")), { body });
    expect(put.status).toBe(400);
    expect(put.body.errors).toEqual([
      { pointer: "/a~1b", detail: "is not a known field" },
      { pointer: "/id", detail: "is not a known field" },
    ]);
    const bulk = await h.request("POST", many, {
      body: { items: [item, { ...item, id: "y", odd: 1 }], more: 1 },
    });
    expect(bulk.status).toBe(400);
    expect(bulk.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: "/items/1/odd", detail: "is not a known field" },
        { pointer: "/more", detail: "is not a known field" },
      ]),
    );
  });

  test("an item of a bulk that is wrong is named, and keeps none of the others from being written", async () => {
    const [first, last] = [mint("x"), mint("x")];
    const items = [
      { ...facts, id: first },
      { ...facts, id: mint("x"), odd: 1, "a/b": 2 },
      7,
      { ...facts, id: "a b" },
      { ...facts, id: last },
    ];
    h.meter.reset();
    const bulk = await h.request("POST", many, { body: { items } });
    expect(h.meter.trips).toBe(1);
    expect(bulk).toMatchObject({ status: 200, body: { upserted: 2, rejected: [1, 2, 3] } });
    expect(bulk.body.errors).toMatchObject([
      { pointer: "/items/1/odd", detail: "is not a known field" },
      { pointer: "/items/1/a~1b", detail: "is not a known field" },
      { pointer: "/items/2" },
      { pointer: "/items/3/id" },
    ]);
    for (const id of [first, last])
      expect(await h.request("GET", one(id))).toMatchObject({ status: 200, body: { ...facts, id } });
  });

  test("of an id that stands twice in a bulk the first item that is right counts, and the later ones are named", async () => {
    const [id, other] = [mint("x"), mint("x")];
    const wrong = { ...facts, id, odd: 1 };
    const items = [wrong, { ...facts, id }, { ...facts, id: other }, { ...facts, id }];
    const bulk = await h.request("POST", many, { body: { items } });
    expect(bulk).toMatchObject({ status: 200, body: { upserted: 2, rejected: [0, 3] } });
    expect(bulk.body.errors).toEqual([
      { pointer: "/items/0/odd", detail: "is not a known field" },
      { pointer: "/items/3/id", detail: "stands twice in this request" },
    ]);
    expect((await h.request("GET", one(other))).status).toBe(200);
  });

  test("a bulk in which no item is right is refused", async () => {
    const items = [{ ...facts, id: "" }, {}];
    const refused = await h.request("POST", many, { body: { items } });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(refused.body.errors[0]).toMatchObject({ pointer: "/items/0/id" });
  });

  test("a thousand items that are all but one wrong in many ways are answered in few words", async () => {
    const odd = (i: number) =>
      Object.fromEntries(Array.from({ length: i === 0 ? 0 : 50 }, (_, j) => [`odd${i}_${j}`, j]));
    const items = Array.from({ length: 1_000 }, (_, i) => ({ ...facts, id: mint("x"), ...odd(i) }));
    const bulk = await h.request("POST", many, { body: { items } });
    expect(bulk).toMatchObject({ status: 200, body: { upserted: 1 } });
    expect(bulk.body.rejected).toHaveLength(999);
    expect(bulk.body.errors).toHaveLength(100);
  });

  test("a bulk has 1 to 1,000 items", async () => {
    for (const items of [[], undefined, null, {}, "x", Array.from({ length: 1_001 }, () => item)]) {
      const refused = await h.request("POST", many, { body: { items } });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([{ pointer: "/items", detail: expect.any(String) }]);
    }
  });

  test("a request without a body does not empty what is there", async () => {
    const id = mint("x");
    await h.request("PUT", one(id), { body: facts });
    for (const headers of [{}, { "content-type": "application/json" }]) {
      const refused = await h.request("PUT", one(id), { headers });
      expect(refused).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "", detail: "is required" }] },
      });
    }
    expect((await h.request("GET", one(id))).body).toMatchObject(facts);
  });

  test("`notify` is true or false", async () => {
    expect((await h.request("PUT", `${one(mint("x"))}?notify=false`, { body: facts })).status).toBe(201);
    const refused = await h.request("POST", `${many}?notify=no`, { body: { items: [item] } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: "notify" }] } });
    const twice = "notify=true&notify=false";
    for (const [method, path, body] of [
      ["PUT", one(mint("x")), facts],
      ["POST", many, { items: [item] }],
      ["POST", many, { items: [item, {}] }],
    ] as const)
      expect((await h.request(method, `${path}?${twice}`, { body })).body.errors).toEqual([
        { pointer: "notify", detail: "must be given once" },
      ]);
  });
});

test("there is no other collection", async () => {
  for (const name of ["nothing", "__proto__", "constructor", "Users", "users%2f"])
    expect((await h.request("GET", `${BASE}/${name}/x`)).status).toBe(404);
});

test("the directory is never open, whatever OPEN_CONTRACTS says", async () => {
  const open = createHarness({
    vars: { OPEN_CONTRACTS: "push-notifications,admin-notifications,stats-notifications" },
  });
  expect((await open.request("GET", `${BASE}/users/x`, { as: null })).status).toBe(401);
  expect((await open.request("GET", `${BASE}/users/x`, { as: SERVICE })).status).toBe(404);
});
