import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WIRE } from "../../../src/api/directory/collections/index.ts";
import type { WireCollection } from "../../../src/api/directory/wire.ts";
import { createHarness, mint } from "../../support/harness.ts";
import { bodiesOf } from "./bodies.ts";

const h = createHarness();

// Anything, but often nearly right: the right fields, some with something else in them.
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constant("\ud800"),
  fc.constant("\0"),
);
const anything = fc.oneof(text, fc.jsonValue(), fc.double(), fc.constant(2 ** 60));

describe.each(Object.values<WireCollection>(WIRE))("$collection.name", ({ collection: { name } }) => {
  const { one, many, facts } = bodiesOf(name);

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
