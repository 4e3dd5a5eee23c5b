import { describe, expect, test } from "vitest";
import { parseId } from "../../../src/lib/ids.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { BASE, count, listed, read, sendPush } from "./calls.ts";

const put = (h: Harness, id: string, body: unknown) => h.request("PUT", `${BASE}/${id}`, { body });
const remove = (h: Harness, id: string) => h.request("DELETE", `${BASE}/${id}`);

/** A push in this state of the pipeline, whatever it takes to get there. */
async function givenPush(h: Harness, status: string): Promise<{ id: string; user: string }> {
  const user = await givenUser(h);
  const { body } = await sendPush(h, aPush(user.id));
  const wakeAt = status === "queued" || status === "sending" ? h.clock.now() : null;
  await h.deps.bindings.DB.prepare("UPDATE dispatches SET status = ?, wake_at = ? WHERE user_id = ?")
    .bind(status, wakeAt, user.id)
    .run();
  return { id: body.id, user: user.id };
}

describe("PUT notes what a person did", () => {
  test.each(["sent", "delivered", "failed", "bounced", "cancelled"])(
    "over a push that is %s",
    async (status) => {
      const h = createHarness();
      const { id } = await givenPush(h, status);
      expect((await put(h, id, { status: "resolved" })).body).toMatchObject({
        status: "resolved",
        retry_note: null,
      });
      expect((await read(h, id)).body.status).toBe("resolved");
    },
  );

  test.each(["queued", "sending"])("but not while the push is %s", async (status) => {
    const h = createHarness();
    const { id } = await givenPush(h, status);
    const answer = await put(h, id, { status: "retried", retry_note: "too early" });
    expect([answer.status, answer.body.code]).toEqual([409, "not_finished"]);
    const { body } = await read(h, id);
    expect([body.status, body.retry_note]).toEqual([status, undefined]);
  });

  test("a mark and a note are set one by one, and the last of each stays", async () => {
    const h = createHarness();
    const { id } = await givenPush(h, "failed");
    expect((await put(h, id, { retry_note: "looking" })).body).toMatchObject({
      status: "failed",
      retry_note: "looking",
    });
    h.clock.advance(60_000);
    const marked = await put(h, id, { status: "retried" });
    expect(marked.body).toMatchObject({
      status: "retried",
      retry_note: "looking",
      updated_at: new Date(h.clock.now()).toISOString(),
    });
    await put(h, id, { status: "resolved", retry_note: "done" });
    expect((await read(h, id)).body).toMatchObject({ status: "resolved", retry_note: "done" });
  });

  test("what staff note is for staff: neither the log's note nor this one is shown to the user", async () => {
    const h = createHarness();
    const { id, user } = await givenPush(h, "failed");
    await put(h, id, { status: "resolved", retry_note: "Called them" });
    const dsp = `/api/v1/admin/notifications/${id.replace("notif_", "dsp_")}`;
    await h.request("PUT", dsp, { body: { action: "update", note: "A difficult customer" } });
    // Each contract has its own.
    expect((await h.request("GET", dsp)).body.data.note).toBe("A difficult customer");
    expect((await read(h, id)).body.retry_note).toBe("Called them");
    for (const role of ["user", "coordinator"] as const)
      for (const path of [`${BASE}/${id}`, `${BASE}?user_id=${user}`]) {
        const { status, body } = await h.request("GET", path, { as: { role, sub: user } });
        expect(status).toBe(200);
        expect(JSON.stringify(body)).not.toMatch(/Called them|difficult|note/);
      }
  });

  test("a mark sends nothing", async () => {
    const h = createHarness();
    const { id } = await givenPush(h, "failed");
    const sends = h.queues.sends;
    await put(h, id, { status: "retried" });
    expect(h.queues.sends).toBe(sends);
  });

  test.each([
    ["nothing", {}, [""]],
    ["a state of the pipeline", { status: "sent" }, ["/status"]],
    ["an empty note", { retry_note: "" }, ["/retry_note"]],
    ["a field of something else", { status: "retried", title: "x" }, ["/title"]],
    ["an endless note", { retry_note: "x".repeat(2_001) }, ["/retry_note"]],
  ])("%s is refused", async (_, body, expected) => {
    const h = createHarness();
    const { id } = await givenPush(h, "sent");
    const answer = await put(h, id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(expected);
    expect((await read(h, id)).body.status).toBe("sent");
  });
});

describe("DELETE removes the record", () => {
  test("with its deliveries; another call finds nothing", async () => {
    const h = createHarness();
    const { id, user } = await givenPush(h, "sent");
    const uuid = parseId("notif", id);
    expect(await count(h, "deliveries", "dispatch_id = ?", uuid)).toBe(1);
    expect((await remove(h, id)).status).toBe(200);
    expect(await count(h, "deliveries", "dispatch_id = ?", uuid)).toBe(0);
    expect([(await remove(h, id)).status, (await read(h, id)).status]).toEqual([404, 404]);
    expect(await listed(h, `user_id=${user}`)).toEqual([]);
  });

  test("of a push that is queued, which is then never sent", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const { body } = await sendPush(h, aPush(user.id, { fallback: "in_app" }));
    expect((await remove(h, body.id)).status).toBe(200);
    await h.drain();
    h.clock.advance(3_600_000);
    await h.tick();
    await h.drain();
    expect(h.expo.accepted.filter((push) => user.tokens.includes(push.token))).toEqual([]);
    expect(await count(h, "dispatches", "user_id = ?", user.id)).toBe(0);
  });

  test("but not while a consumer has it", async () => {
    const h = createHarness();
    const { id } = await givenPush(h, "sending");
    const answer = await remove(h, id);
    expect([answer.status, answer.body.code]).toEqual([409, "being_sent"]);
    expect((await read(h, id)).status).toBe(200);
    expect(await count(h, "deliveries", "dispatch_id = ?", parseId("notif", id))).toBe(1);
  });
});

describe("an id that is not there is 404, whatever its form", () => {
  const strangers = [
    "notif_01jq8z3k5te8v9m4p2r7x6w1yd",
    "batch_01jq8z3k5te8v9m4p2r7x6w1yd",
    "01990000-0000-7000-8000-000000000000",
    "notif_",
    "NOTIF_01JQ8Z3K5TE8V9M4P2R7X6W1YD",
    "notif_81jq8z3k5te8v9m4p2r7x6w1yd",
    "%00",
    "%",
    "%F0%9F%92%A9",
    "..%2F..%2Fdirectory",
    "x".repeat(5_000),
  ];
  test.each(strangers)("%s", async (id) => {
    const h = createHarness();
    const answers = await Promise.all([read(h, id), put(h, id, { status: "retried" }), remove(h, id)]);
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404]);
  });

  test("of another channel, too", async () => {
    const h = createHarness();
    const { id } = await givenPush(h, "failed");
    await h.deps.bindings.DB.prepare("UPDATE dispatches SET channel = 'email' WHERE id = ?")
      .bind(parseId("notif", id))
      .run();
    const answers = await Promise.all([read(h, id), put(h, id, { status: "retried" }), remove(h, id)]);
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404]);
    // Nor is it touched behind that answer.
    expect(await count(h, "dispatches", "id = ? AND mark IS NULL", parseId("notif", id))).toBe(1);
  });
});
