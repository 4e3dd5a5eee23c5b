import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { parseId } from "../../../src/lib/ids.ts";
import { givenMentor } from "../../notifications/pause/world.ts";
import { createHarness, mint } from "../../support/harness.ts";
import { aRecord, BASE, givenRecord, givenTenant, listed, post } from "./calls.ts";

const h = createHarness();
const read = (id: string) => h.request("GET", `${BASE}/${id}`);
const put = (id: string, body: unknown) => h.request("PUT", `${BASE}/${id}`, { body });

const pointersOf = (body: { errors: { pointer: string }[] }) => body.errors.map((error) => error.pointer);

/** What the audit log says of a record. */
async function audited(id: string): Promise<{ action: string; actor: string }[]> {
  const { results } = await env.DB.prepare("SELECT action, actor FROM audit_log WHERE target = ? ORDER BY id")
    .bind(parseId("nr", id))
    .all<{ action: string; actor: string }>();
  return results;
}

describe("recording what was sent", () => {
  test("what is left out is null, or the mentor's own coordinator", async () => {
    const { mentor, coordinator } = await givenTenant(h);
    const id = await givenRecord(h, mentor.id);
    expect((await read(id)).body).toMatchObject({
      effective_date: null,
      reason: null,
      coordinator_id: coordinator,
      coordinator_name: null,
      dispatch_ids: [],
      notes: null,
    });
  });

  test("channels and ids are kept as they are given, in their order", async () => {
    const { mentor } = await givenTenant(h);
    const given = { channels_notified: ["email", "push"], dispatch_ids: ["z", "a", "dsp_not_ours", "ø 1"] };
    const id = await givenRecord(h, mentor.id, given);
    expect((await read(id)).body).toMatchObject(given);
  });

  test("a mentor whom the directory does not know is a 404", async () => {
    expect((await post(h, aRecord(mint("pm")))).status).toBe(404);
  });

  test.each<[string, string, object]>([
    ["no mentor", "/peer_mentor_id", { peer_mentor_id: undefined }],
    ["another event", "/event_type", { event_type: "paused" }],
    ["a vague date", "/effective_date", { effective_date: "soon" }],
    ["an empty reason", "/reason", { reason: "" }],
    ["what is no id", "/coordinator_id", { coordinator_id: "a b" }],
    ["no channels", "/channels_notified", { channels_notified: undefined }],
    ["another channel", "/channels_notified/0", { channels_notified: ["sms"] }],
    ["a channel twice", "/channels_notified", { channels_notified: ["push", "push"] }],
    ["an empty list of channels", "/channels_notified", { channels_notified: [] }],
    ["an empty id", "/dispatch_ids/0", { dispatch_ids: [""] }],
    ["too many ids", "/dispatch_ids", { dispatch_ids: Array.from({ length: 101 }, (_, i) => `d${i}`) }],
    ["a field that there is not", "/notes", { notes: "x" }],
  ])("%s is refused, naming %s", async (_, pointer, more) => {
    const { mentor } = await givenTenant(h);
    const { status, body } = await post(h, aRecord(mentor.id, more));
    expect(status).toBe(400);
    expect(pointersOf(body)).toEqual([pointer]);
  });

  test("a repeat with the same Idempotency-Key answers with the same record, as it is now", async () => {
    const { mentor } = await givenTenant(h);
    const headers = { "idempotency-key": mint("key") };
    const first = await post(h, aRecord(mentor.id), { headers });
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    await put(first.body.id, { channels_notified: ["email"] });
    const again = await post(h, aRecord(mentor.id), { headers });
    expect(again.status).toBe(201);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual({ ...first.body, channels_notified: ["email"] });
    expect(await listed(h, `peer_mentor_id=${mentor.id}`)).toEqual([first.body.id]);
    expect((await post(h, aRecord(mentor.id, { reason: "another" }), { headers })).status).toBe(422);
    await h.request("DELETE", `${BASE}/${first.body.id}`);
    expect((await post(h, aRecord(mentor.id), { headers })).status).toBe(404);
  });

  test("two requests with one key at the same time make one record", async () => {
    const { mentor } = await givenTenant(h);
    const headers = { "idempotency-key": mint("key") };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => post(h, aRecord(mentor.id), { headers })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(await listed(h, `peer_mentor_id=${mentor.id}`)).toHaveLength(1);
  });

  test.each([[{}], [{ "idempotency-key": "k" }]])(
    "a write that was committed although D1 reported a fault makes one record (%j)",
    async (headers) => {
      const { mentor } = await givenTenant(h);
      h.meter.failNext("after");
      const { status, body } = await post(h, aRecord(mentor.id), { headers });
      expect(status).toBe(201);
      expect(await listed(h, `peer_mentor_id=${mentor.id}`)).toEqual([body.id]);
      expect(await audited(body.id)).toHaveLength(1);
    },
  );

  test("nothing is recorded of a mentor who leaves the caller's scope meanwhile", async () => {
    const { mentor, coordinator } = await givenTenant(h);
    const stopped = h.interrupts.stopAtNext("d1", "after");
    const posting = post(h, aRecord(mentor.id), { as: { role: "coordinator", sub: coordinator } });
    await stopped.reached;
    await mentor.put({ coordinator_id: null });
    stopped.release();
    expect((await posting).status).toBe(404);
    expect(await listed(h, `peer_mentor_id=${mentor.id}`)).toEqual([]);
  });
});

describe("changing a record", () => {
  test("what is left out stays", async () => {
    const id = await givenRecord(h, (await givenTenant(h)).mentor.id);
    expect((await put(id, { notes: "Called" })).body).toMatchObject({
      channels_notified: ["push"],
      notes: "Called",
    });
    expect((await put(id, { channels_notified: ["email"] })).body).toMatchObject({
      channels_notified: ["email"],
      notes: "Called",
    });
    expect((await put(id, { notes: null })).body).toMatchObject({
      channels_notified: ["email"],
      notes: null,
    });
  });

  test.each<[string, string, unknown]>([
    ["nothing", "", {}],
    ["an empty note", "/notes", { notes: "" }],
    ["a long note", "/notes", { notes: "a".repeat(2_001) }],
    ["another channel", "/channels_notified/0", { channels_notified: ["sms"] }],
    ["a channel twice", "/channels_notified", { channels_notified: ["push", "push"] }],
    ["no channel", "/channels_notified", { channels_notified: [] }],
    ["a field that cannot be changed", "/reason", { notes: "x", reason: "another" }],
  ])("%s is refused, naming %j", async (_, pointer, change) => {
    const id = await givenRecord(h, (await givenTenant(h)).mentor.id);
    const { status, body } = await put(id, change);
    expect(status).toBe(400);
    expect(pointersOf(body)).toEqual([pointer]);
  });

  test("updated_at says when", async () => {
    const id = await givenRecord(h, (await givenTenant(h)).mentor.id);
    h.clock.advance(60_000);
    expect((await put(id, { notes: "x" })).body.updated_at).toBe(new Date(h.clock.now()).toISOString());
  });
});

describe("deleting a record", () => {
  test("is done once", async () => {
    const { mentor } = await givenTenant(h);
    const [id, other] = [await givenRecord(h, mentor.id), await givenRecord(h, mentor.id)];
    expect((await h.request("DELETE", `${BASE}/${id}`)).status).toBe(200);
    expect((await h.request("DELETE", `${BASE}/${id}`)).status).toBe(404);
    expect(await listed(h, `peer_mentor_id=${mentor.id}`)).toEqual([other]);
  });

  test("is reported as done also when it was committed although D1 reported a fault", async () => {
    const id = await givenRecord(h, (await givenTenant(h)).mentor.id);
    h.meter.failNext("after");
    expect((await h.request("DELETE", `${BASE}/${id}`)).status).toBe(200);
    expect((await read(id)).status).toBe(404);
  });

  test("leaves the messages of the flow in the log", async () => {
    const { mentor } = await givenTenant(h);
    const coordinator = mint("usr");
    await h.request("PUT", `/api/v1/directory/users/${coordinator}?notify=false`, { body: {} });
    await mentor.put({ coordinator_id: coordinator, current_status: "paused" });
    const [id] = await listed(h, `peer_mentor_id=${mentor.id}`);
    await h.request("DELETE", `${BASE}/${id}`);
    const log = await h.request("GET", `/api/v1/admin/notifications?recipient_user_id=${coordinator}`);
    expect(log.body.pagination.total).toBeGreaterThanOrEqual(2);
  });
});

test("who did what is in the audit log, and what was refused is not", async () => {
  const { mentor, org } = await givenTenant(h);
  const id = await givenRecord(h, mentor.id);
  const admin = { role: "org_admin" as const, sub: mint("adm"), org };
  const outsider = { ...admin, org: mint("org") };
  await h.request("PUT", `${BASE}/${id}`, { as: outsider, body: { notes: "x" } });
  await h.request("PUT", `${BASE}/${id}`, { as: admin, body: { notes: "x" } });
  await h.request("DELETE", `${BASE}/${id}`, { as: { role: "global_admin", sub: "adm_1" } });
  expect(await audited(id)).toEqual([
    { action: "notification_record.create", actor: "service:svc_test" },
    { action: "notification_record.update", actor: `org_admin:${admin.sub}` },
    { action: "notification_record.delete", actor: "global_admin:adm_1" },
  ]);
});

test.each(["nr_01jq8z3k5te8v9m4p2r7x6w1yd", "nr_nonsense", "dsp_01jq8z3k5te8v9m4p2r7x6w1yd", "history", "1"])(
  "an id that is not there is a 404 (%s)",
  async (id) => {
    expect((await read(id)).status).toBe(404);
    expect((await put(id, { notes: "x" })).status).toBe(404);
    expect((await h.request("DELETE", `${BASE}/${id}`)).status).toBe(404);
  },
);

test("a mentor's records go when the mentor goes, and nobody else's", async () => {
  const [mentor, other] = [await givenMentor(h), await givenMentor(h)];
  const [id, kept] = [await givenRecord(h, mentor.id), await givenRecord(h, other.id)];
  expect((await h.request("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`)).status).toBe(200);
  expect((await read(id)).status).toBe(404);
  expect((await read(kept)).status).toBe(200);
  expect((await h.request("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`)).status).toBe(404);
});
