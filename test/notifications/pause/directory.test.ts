import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";

const h = createHarness();
const BASE = "/api/v1/directory/peer-mentors";
const put = (id: string, body: unknown) => h.request("PUT", `${BASE}/${id}`, { body });

const KARI = {
  full_name: "Kari Nordmann",
  email: "kari.nordmann@nhf-oslo.no",
  phone: "+47 900 12 345",
  coordinator_id: "coord_9f8e7d6c",
  org_id: "org_nhf_oslo",
  current_status: "paused",
  pause_start_date: "2026-03-20T00:00:00.000Z",
  pause_reason: "Personal leave",
};

const seqOf = async (id: string) =>
  (
    await env.DB.prepare("SELECT status_seq FROM peer_mentors WHERE id = ?")
      .bind(id)
      .first<{ status_seq: number }>()
  )?.status_seq ?? 0;

test("a mentor is put, read, replaced and deleted", async () => {
  const id = mint("pm");
  const updated_at = new Date(h.clock.now()).toISOString();
  expect(await put(id, KARI)).toMatchObject({ status: 201, body: { id, ...KARI, updated_at } });
  expect(await h.request("GET", `${BASE}/${id}`)).toMatchObject({
    status: 200,
    body: { id, ...KARI, updated_at },
  });
  const replaced = await put(id, { full_name: "Kari N." });
  expect(replaced.status).toBe(200);
  expect(replaced.body).toEqual({
    id,
    full_name: "Kari N.",
    email: null,
    phone: null,
    coordinator_id: null,
    org_id: null,
    current_status: "active",
    pause_start_date: null,
    pause_reason: null,
    updated_at,
  });
  expect((await h.request("DELETE", `${BASE}/${id}`)).body).toEqual({ deleted: true, id });
  expect((await h.request("GET", `${BASE}/${id}`)).status).toBe(404);
});

test("many mentors are put at once", async () => {
  const items = Array.from({ length: 3 }, () => ({ ...KARI, id: mint("pm") }));
  expect((await h.request("POST", BASE, { body: { items } })).body).toEqual({ upserted: 3 });
  for (const item of items) expect((await h.request("GET", `${BASE}/${item.id}`)).body).toMatchObject(item);
});

describe.each([
  ["full_name", ["", "a".repeat(201), null, undefined, 1]],
  ["email", ["", "kari", 1]],
  ["phone", ["", "1".repeat(41)]],
  ["coordinator_id", ["", "a b"]],
  ["org_id", ["", "a b"]],
  ["current_status", ["", "Paused", "on leave", "a".repeat(33), null]],
  ["pause_start_date", ["", "2026-03-20", 1]],
  ["pause_reason", ["", "a".repeat(1_001)]],
  ["status_seq", [1]],
])("%s", (field, values) => {
  test("is refused where it is wrong, in a PUT and in a bulk", async () => {
    for (const value of values) {
      const body = { ...KARI, [field]: value };
      const single = await put(mint("pm"), body);
      expect(single).toMatchObject({ status: 400, body: { errors: [{ pointer: `/${field}` }] } });
      const items = [
        { ...KARI, id: mint("pm") },
        { ...body, id: mint("pm") },
      ];
      const many = await h.request("POST", BASE, { body: { items } });
      expect(many).toMatchObject({ status: 200, body: { upserted: 1, rejected: [1] } });
      expect(many.body.errors).toMatchObject([{ pointer: `/items/1/${field}` }]);
    }
  });
});

test.each(["active", "paused", "inactive", "on_leave", "a", "z".repeat(32)])(
  "a status may be %s",
  async (word) => {
    expect((await put(mint("pm"), { ...KARI, current_status: word })).body.current_status).toBe(word);
  },
);

test("the status counts its changes, and nothing else does", async () => {
  const id = mint("pm");
  await put(id, KARI);
  const first = await seqOf(id);
  const steps: [object, number][] = [
    [{}, 0],
    [{ phone: null }, 0],
    [{ current_status: "active" }, 1],
    [{ current_status: "active", phone: null }, 1],
    [{ current_status: "inactive" }, 2],
    [{ current_status: "paused" }, 3],
    [{ pause_reason: null }, 3],
  ];
  for (const [change, expected] of steps) {
    await put(id, { ...KARI, ...change });
    expect((await seqOf(id)) - first).toBe(expected);
  }
});

test("only a service or a global_admin may", async () => {
  for (const role of ["user", "coordinator", "org_admin"] as const)
    expect((await h.request("PUT", `${BASE}/${mint("pm")}`, { as: { role }, body: KARI })).status).toBe(403);
  expect((await h.request("PUT", `${BASE}/${mint("pm")}`, { as: null, body: KARI })).status).toBe(401);
  const as = { role: "global_admin" as const };
  expect((await h.request("PUT", `${BASE}/${mint("pm")}`, { as, body: KARI })).status).toBe(201);
});
