import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WIRE } from "../../src/contracts/directory/collections.ts";
import type { WireCollection } from "../../src/contracts/directory/wire.ts";
import { type Caller, createHarness, mint, SERVICE } from "../support/harness.ts";

const h = createHarness();
const BASE = "/api/v1/directory";
const { body: document } = await h.request("GET", "/openapi.json");

/** The example that the reference shows for the body of this operation. */
function exampleOf(method: "put" | "post", path: string) {
  const { schema } = document.paths[path][method].requestBody.content["application/json"];
  const { $ref } = method === "put" ? schema : schema.properties.items.items;
  return document.components.schemas[$ref.split("/").at(-1)].example;
}

describe.each(Object.values<WireCollection>(WIRE))("$collection.name", ({ collection: { name } }) => {
  const one = (id: string) => `${BASE}/${name}/${id}`;
  const many = `${BASE}/${name}`;
  const facts = exampleOf("put", `${BASE}/${name}/{id}`);
  const item = exampleOf("post", many);

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
    const trips = async (method: string, path: string, body?: unknown) => {
      h.meter.reset();
      const answer = await h.request(method, path, { body });
      expect(answer.status).toBeLessThan(300);
      return h.meter.trips;
    };
    expect(await trips("PUT", one(id), facts)).toBe(1);
    expect(await trips("PUT", one(id), facts)).toBe(1);
    expect(await trips("GET", one(id))).toBe(1);
    expect(await trips("POST", many, { items })).toBe(1);
    expect(await trips("DELETE", one(id))).toBeLessThanOrEqual(2);
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
    expect(bulk.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: "/items/1/odd", detail: "is not a known field" },
        { pointer: "/more", detail: "is not a known field" },
      ]),
    );
  });

  test("an id that stands twice in a bulk is refused, naming the later ones, and nothing is written", async () => {
    const [id, other] = [mint("x"), mint("x")];
    const items = [id, other, id, id].map((each) => ({ ...facts, id: each }));
    const bulk = await h.request("POST", many, { body: { items } });
    expect(bulk.status).toBe(400);
    expect(bulk.body.errors).toEqual([
      { pointer: "/items/2/id", detail: "stands twice in this request" },
      { pointer: "/items/3/id", detail: "stands twice in this request" },
    ]);
    expect((await h.request("GET", one(other))).status).toBe(404);
  });

  test("a bulk has 1 to 1,000 items", async () => {
    const bulk = async (items: unknown) => h.request("POST", many, { body: { items } });
    for (const items of [[], undefined, null, {}, "x", Array.from({ length: 1_001 }, () => item)]) {
      const refused = await bulk(items);
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([{ pointer: "/items", detail: expect.any(String) }]);
    }
  });

  test("a request without a body does not empty what is there", async () => {
    const id = mint("x");
    await h.request("PUT", one(id), { body: facts });
    for (const headers of [{}, { "content-type": "application/json" }]) {
      const refused = await h.request("PUT", one(id), { headers });
      expect(refused).toMatchObject({ status: 400, body: { code: "malformed_json" } });
    }
    expect((await h.request("GET", one(id))).body).toMatchObject(facts);
  });

  test("a hostile id in the path is refused by every method, and breaks nothing", async () => {
    const escaped = ["%00", "a%00b", "%2e%2e", ".%2E", "%zz", "%ff", "a%2Fb", "a%20b", "%F0%9F%98%80"];
    for (const id of [...escaped, "ø", "'--", "a".repeat(129), "a".repeat(9_000)])
      for (const method of ["GET", "PUT", "DELETE"]) {
        const { status } = await h.request(method, one(id), method === "PUT" ? { body: facts } : {});
        expect([400, 404], `${method} ${id}`).toContain(status);
      }
  });

  test("a hostile id in a bulk is refused and named", async () => {
    for (const id of ["", ".", "..", "a b", "a/b", "ø", "a\0", "a".repeat(129), 7, null]) {
      const refused = await h.request("POST", many, { body: { items: [{ ...facts, id }] } });
      expect(refused.status, `${id}`).toBe(400);
      expect(refused.body.errors).toMatchObject([{ pointer: "/items/0/id" }]);
    }
  });

  test("an id may have every character that is allowed, and 128 of them", async () => {
    for (const id of ["A", "0", "a.b", "...", "usr_1:x@y-z", "a".repeat(128)]) {
      expect((await h.request("PUT", one(id), { body: facts })).status).toBe(201);
      expect((await h.request("GET", one(encodeURIComponent(id)))).body).toMatchObject({ id });
    }
  });

  test("`notify` is true or false", async () => {
    expect((await h.request("PUT", `${one(mint("x"))}?notify=false`, { body: facts })).status).toBe(201);
    const refused = await h.request("POST", `${many}?notify=no`, { body: { items: [item] } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: "notify" }] } });
  });

  // Anything, but often nearly right: the right fields, some with something else in them.
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.constant("\ud800"),
    fc.constant("\0"),
  );
  const anything = fc.oneof(text, fc.jsonValue(), fc.double(), fc.constant(2 ** 60));
  const values = Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [
      key,
      fc.oneof({ arbitrary: fc.constant(value), weight: 8 }, { arbitrary: anything, weight: 1 }),
    ]),
  );
  const nearly = fc.oneof(fc.record(values), fc.record(values, { requiredKeys: [] }));

  test("whatever is put is either refused as invalid or read back", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ arbitrary: nearly, weight: 4 }, { arbitrary: fc.jsonValue(), weight: 1 }),
        async (body) => {
          const path = one(mint("x"));
          const put = await h.request("PUT", path, { body: JSON.stringify(body) });
          expect([201, 400]).toContain(put.status);
          if (put.status === 400) return;
          taken++;
          expect((await h.request("GET", path)).body).toEqual(put.body);
        },
      ),
      { numRuns: 100 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  test("whatever is imported is either refused as invalid or written", async () => {
    const items = fc.array(
      fc.oneof(
        fc.tuple(nearly, fc.boolean()).map(([some, named]) => (named ? { id: mint("x"), ...some } : some)),
        anything,
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          items.map((each) => ({ items: each })),
          anything,
        ),
        async (body) => {
          const { status } = await h.request("POST", many, { body: JSON.stringify(body) });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("a body that is not JSON is refused", async () => {
    for (const body of ["", "{", "nul", '{"name":"\u0001"}', "\ufeff"]) {
      const refused = await h.request("PUT", one(mint("x")), { body });
      expect(refused.status).toBe(400);
    }
    const refused = await h.request("PUT", one(mint("x")), {
      body: "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(refused).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
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
