import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { faultsOf } from "../../../src/types/data-faults.ts";
import { builtInTypes } from "../../../src/notifications/registry.ts";
import { type Caller, createHarness, mint } from "../../support/harness.ts";
import { openApi } from "../../support/openapi.ts";
import { givenOrg } from "../../support/world.ts";
import { adminOf, aType, get, givenTypes, noted, put } from "./calls.ts";

const exampleOf = async (name: string) =>
  z
    .looseObject({ example: z.record(z.string(), z.unknown()) })
    .parse((await openApi()).components.schemas[name]).example;

describe("a type", () => {
  test("of the reference is answered as the reference says", async () => {
    const h = createHarness();
    await givenOrg(h, null, "org_ab12");
    const body = await exampleOf("TypeBody");
    const answer = await exampleOf("Type");
    expect(await put(h, "order_shipped", "org_ab12", body)).toMatchObject({ status: 201, body: answer });
    expect((await get(h, "order_shipped", "org_ab12")).body).toEqual(answer);
    expect(await put(h, "order_shipped", "org_ab12", body)).toMatchObject({ status: 200, body: answer });
    expect((await h.request("DELETE", "/api/v1/types/order_shipped?org_id=org_ab12")).body).toEqual(
      await exampleOf("TypeDeleted"),
    );
  });

  test("has defaults for what the body leaves out, and gets them again when it is replaced", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = mint("t");
    await put(h, id, org, aType({ category: "orders", expires_after: 60 }));
    h.clock.advance(1_000);
    expect((await put(h, id, org)).body).toEqual({
      id,
      org_id: org,
      built_in: false,
      name: "Order shipped",
      category: id,
      channels: [{ channel: "in_app" }],
      fallback: null,
      critical: false,
      schema: null,
      sample: null,
      dedupe: "event",
      batch: null,
      throttle: null,
      expires_after: null,
      created_at: "2026-03-26T08:00:00.000Z",
      updated_at: "2026-03-26T08:00:01.000Z",
    });
  });

  test("that stays as it was is not written and not noted", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = mint("t");
    await put(h, id, org);
    h.clock.advance(1_000);
    const { body } = await put(h, id, org);
    expect(body.updated_at).toBe("2026-03-26T08:00:00.000Z");
    expect(await noted("type.put", `${org}/${id}`)).toBe(1);
    await put(h, id, org, aType({ name: "Sent" }));
    expect(await noted("type.put", `${org}/${id}`)).toBe(2);
  });

  test.each([
    ["before", 201],
    ["after", 200],
  ] as const)("is written and noted once though D1 failed %s it wrote", async (when, status) => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = mint("t");
    h.meter.failNext(when);
    expect(await put(h, id, org)).toMatchObject({ status, body: { id, name: "Order shipped" } });
    expect(await noted("type.put", `${org}/${id}`)).toBe(1);
  });

  test("of the service is read by everybody below, of two the nearest", async () => {
    const h = createHarness();
    const parent = await givenOrg(h);
    const child = await givenOrg(h, parent);
    const [general, ours] = [mint("t"), mint("t")];
    expect((await put(h, general, null)).body.org_id).toBeNull();
    await put(h, ours, parent);
    for (const org of [parent, child]) {
      expect((await get(h, general, null, adminOf(org))).body).toMatchObject({ id: general, org_id: null });
      expect((await get(h, ours, org)).body.org_id).toBe(parent);
    }
    expect((await get(h, ours, null)).status).toBe(404);
    // An organization with a type of its own moves below one with the same.
    const moved = await givenOrg(h);
    await put(h, ours, moved);
    await env.DB.prepare("UPDATE orgs SET parent_id = ? WHERE id = ?").bind(child, moved).run();
    expect((await get(h, ours, moved)).body.org_id).toBe(moved);
    expect((await get(h, ours, child)).body.org_id).toBe(parent);
  });

  test("of another organization, or of one above, is not an org_admin's to change", async () => {
    const h = createHarness();
    const parent = await givenOrg(h);
    const child = await givenOrg(h, parent);
    const stranger = await givenOrg(h);
    const id = mint("t");
    await put(h, id, parent);
    for (const [org, as] of [
      [parent, adminOf(child)],
      [parent, adminOf(stranger)],
    ] as const) {
      expect(await put(h, id, org, aType({ name: "Mine" }), { as })).toMatchObject({
        status: 404,
        body: { code: "not_found" },
      });
      expect((await h.request("DELETE", `/api/v1/types/${id}?org_id=${org}`, { as })).status).toBe(404);
      expect((await get(h, id, org, as)).status).toBe(404);
    }
    // Without `org_id` it is the own organization, and the id is taken above.
    expect((await put(h, id, null, aType(), { as: adminOf(child) })).body.code).toBe("type_taken");
    expect((await get(h, id, null, adminOf(stranger))).status).toBe(404);
    expect((await get(h, id, parent)).body.name).toBe("Order shipped");
    expect((await put(h, mint("t"), child, aType(), { as: adminOf(parent) })).status).toBe(201);
    const nobody = { role: "org_admin", sub: "adm" } as const;
    expect((await put(h, mint("t"), null, aType(), { as: nobody })).status).toBe(404);
  });
});

describe("an id", () => {
  test("that is built in is refused, and the type is read", async () => {
    const h = createHarness();
    for (const path of ["welcome", "push"]) {
      expect(await put(h, path, null)).toMatchObject({ status: 409, body: { code: "type_built_in" } });
      expect(await h.request("DELETE", `/api/v1/types/${path}`)).toMatchObject({
        status: 409,
        body: { code: "type_built_in" },
      });
      expect((await get(h, path, null)).body).toMatchObject({ id: path, built_in: true, created_at: null });
    }
    for (const { id, goodForMs, fallback, critical } of builtInTypes.all)
      expect((await get(h, id, null)).body).toMatchObject({
        ...{ id, fallback, critical, updated_at: null },
        expires_after: goodForMs === null ? null : goodForMs / 1_000,
      });
  });

  test("is taken above and below, also by the service, and free in sisters", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const [left, right] = [await givenOrg(h, top), await givenOrg(h, top)];
    const leaf = await givenOrg(h, left);
    const id = mint("t");
    expect((await put(h, id, left)).status).toBe(201);
    for (const org of [top, leaf, null])
      expect([org, (await put(h, id, org)).body.code]).toEqual([org, "type_taken"]);
    expect((await put(h, id, right)).status).toBe(201);
    expect((await put(h, id, await givenOrg(h))).status).toBe(201);
    const general = mint("t");
    expect((await put(h, general, null)).status).toBe(201);
    expect((await put(h, general, leaf)).body.code).toBe("type_taken");
  });

  test("that is taken is refused with up to 10 of those who have it, for those who administer everything", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const orgs = await Promise.all(Array.from({ length: 12 }, () => givenOrg(h, top)));
    const id = mint("t");
    for (const org of orgs) await givenTypes(h, org, [id]);
    const named = orgs.toSorted().slice(0, 10);
    for (const org of [null, top])
      expect((await put(h, id, org)).body).toMatchObject({ code: "type_taken", taken_by: named });
    const as: Caller = { role: "global_admin", sub: "root" };
    expect((await put(h, id, top, aType(), { as })).body.taken_by).toEqual(named);
    const refused = await put(h, id, top, aType(), { as: adminOf(top) });
    expect(refused.body).toMatchObject({ code: "type_taken" });
    expect(JSON.stringify(refused.body)).not.toContain("taken_by");
    const general = mint("t");
    await put(h, general, null);
    expect((await put(h, general, top)).body.taken_by).toEqual([null]);
  });

  test("stands once in every line of organizations, in whatever order types are put and deleted", async () => {
    /** Each organization's parent; the first is the service. */
    const parents = [-1, 0, 1, 1, 2, 3, 0];
    const lineOf = (org: number): number[] => (org < 0 ? [] : [org, ...lineOf(parents[org] ?? -1)]);
    const onOneLine = (a: number, b: number) => lineOf(a).includes(b) || lineOf(b).includes(a);
    const act = fc.record({
      org: fc.nat(parents.length - 1),
      id: fc.constantFrom("a", "b"),
      isPut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        const h = createHarness();
        const orgs: (string | null)[] = [null];
        for (const parent of parents.slice(1)) orgs.push(await givenOrg(h, orgs[parent] ?? null));
        const ids = { a: mint("a"), b: mint("b") };
        const model = new Set<string>();
        for (const { org, id, isPut } of acts) {
          const owner = orgs[org] ?? null;
          const key = `${id}${org}`;
          const isTaken = [...model].some(
            (other) => other !== key && other.startsWith(id) && onOneLine(Number(other.slice(1)), org),
          );
          const path = `/api/v1/types/${ids[id]}${owner === null ? "" : `?org_id=${owner}`}`;
          const { status } = await h.request(isPut ? "PUT" : "DELETE", path, isPut ? { body: aType() } : {});
          if (isPut) expect(status).toBe(isTaken ? 409 : model.has(key) ? 200 : 201);
          else expect(status).toBe(model.has(key) ? 200 : 404);
          if (isPut && !isTaken) model.add(key);
          if (!isPut) model.delete(key);
        }
        // Nothing of it is left for the next run.
        await env.DB.prepare("DELETE FROM own_types WHERE id IN (?, ?)").bind(ids.a, ids.b).run();
      }),
      { numRuns: 25 },
    );
  });

  test.each(["above", "below"])(
    "that two put at the same time goes to one, the other is %s",
    async (where) => {
      const h = createHarness();
      const parent = await givenOrg(h);
      const child = await givenOrg(h, parent);
      const [early, late] = where === "above" ? [child, parent] : [parent, child];
      const id = mint("t");
      const stopped = h.interrupts.stopAtNext("d1", "before");
      const slow = put(h, id, late);
      await stopped.reached;
      expect((await put(h, id, early)).status).toBe(201);
      stopped.release();
      expect((await slow).body.code).toBe("type_taken");
      const both = await Promise.all([put(h, `${id}_x`, early), put(h, `${id}_x`, late)]);
      expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    },
  );
});

describe("critical", () => {
  test("is not for an org_admin to set, but may be kept", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const as = adminOf(org);
    const id = mint("t");
    const critical = aType({ critical: true });
    const refused = {
      status: 403,
      body: { code: "critical_not_allowed", errors: [{ pointer: "/critical", detail: "must be false" }] },
    };
    expect(await put(h, id, org, critical, { as })).toMatchObject(refused);
    expect((await get(h, id, org)).status).toBe(404);
    await put(h, id, org, aType(), { as });
    expect(await put(h, id, org, critical, { as })).toMatchObject(refused);
    expect((await put(h, id, org, critical, { as: { role: "global_admin", sub: "root" } })).status).toBe(200);
    const kept = await put(h, id, org, { ...critical, name: "Alarm" }, { as });
    expect(kept).toMatchObject({ status: 200, body: { name: "Alarm", critical: true } });
    await put(h, id, org, aType(), { as });
    expect(await put(h, id, org, critical, { as })).toMatchObject(refused);
  });
});

test("an owner has 500 types at most, may change them then, and has room for another after a deletion", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const ids = Array.from({ length: 499 }, () => mint("t"));
  await givenTypes(h, org, ids);
  const [last, more] = [mint("t"), mint("t")];
  expect((await put(h, last, org)).status).toBe(201);
  expect(await put(h, more, org)).toMatchObject({ status: 409, body: { code: "too_many_types" } });
  expect((await get(h, more, org)).status).toBe(404);
  expect((await put(h, last, org, aType({ name: "Changed" }))).status).toBe(200);
  // Each organization has its own.
  expect((await put(h, more, await givenOrg(h, org))).status).toBe(201);
  await h.request("DELETE", `/api/v1/types/${last}?org_id=${org}`);
  expect((await put(h, mint("t"), org)).status).toBe(201);
});

describe("the schema of every built-in type", () => {
  test.each(builtInTypes.all.map(({ id }) => id))(
    "%s fits its sample, is complete, and is made once",
    async (id) => {
      const type = builtInTypes.get(id);
      const schema = type?.schema?.() ?? {};
      expect(type?.schema?.()).toBe(schema);
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
      expect(JSON.stringify(schema)).not.toMatch(/\$ref|\$defs/);
      const h = createHarness();
      const { body } = await get(h, id, null);
      expect(body.schema).toEqual(schema);
      expect(faultsOf(body.schema, body.sample)).toEqual([]);
      expect(faultsOf(body.schema, { ...body.sample, unknown_field: 1 })).toEqual([
        { pointer: "/unknown_field", detail: "is not a known field" },
      ]);
    },
  );
});
