import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/lib/clock.ts";
import {
  createMailWorld,
  givenMails,
  givenMailsTo,
  givenReader,
  mailNow,
  mailsOf,
} from "../../support/mail.ts";
import { dispatchOf, givenDispatches } from "../../support/pipeline.ts";
import { auditOf, cancel, change, count, printed, putInto, read } from "./calls.ts";

const RETRY = { action: "retry" };

describe("retrying", () => {
  test.each(["failed", "bounced"])("puts what has %s back into the queue, and it is sent", async (status) => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, status, { attempts: 6, claims: 3, error_code: "timeout", error: "No answer" });
    h.clock.advance(MINUTE);
    const { body } = await change(h, printed(id), RETRY);
    expect(body.data).toEqual({
      dispatch_id: printed(id),
      status: "queued",
      retried_at: new Date(h.clock.now()).toISOString(),
    });
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", attempts: 0, claims: 0, error: null });
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", attempts: 1 });
    expect(h.resend.accepted).toHaveLength(1);
  });

  test.each(["queued", "sending", "sent", "delivered", "cancelled"])(
    "what is %s is refused and changes nothing",
    async (status) => {
      const h = createMailWorld();
      const [id = ""] = await givenMailsTo(h, 1);
      await putInto(id, status);
      const before = await dispatchOf(id);
      const answer = await change(h, printed(id), RETRY);
      expect([answer.status, answer.body.code]).toEqual([409, "not_failed"]);
      expect(answer.body.detail).toContain(status);
      expect(await dispatchOf(id)).toEqual(before);
      expect(h.queues.waiting).toEqual([]);
    },
  );

  test("what was not to be sent after a time that is past is refused and changes nothing", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, "failed", { expires_at: h.clock.now() });
    const before = await dispatchOf(id);
    const answer = await change(h, printed(id), RETRY);
    expect([answer.status, answer.body.code]).toEqual([409, "expired"]);
    expect(await dispatchOf(id)).toEqual(before);
    await putInto(id, "failed", { expires_at: h.clock.now() + 1 });
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
  });

  test("by two at once happens once", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, "failed");
    const answers = await Promise.all([1, 2, 3].map(() => change(h, printed(id), RETRY)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    await h.drain();
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("is answered as done when D1 did it and its answer was lost", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, "failed");
    h.meter.failNext("after");
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
    expect(await auditOf(id)).toMatchObject([{ action: "dispatch.retry" }]);
  });

  test("counts days anew: subject and text speak of today, not of the first try", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    h.resend.failNext({ kind: "answer", status: 500, body: {} }, 1);
    await mailNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      title: "Your certification expires in 7 days",
    });
    await putInto(id, "failed");
    h.clock.advance(6 * DAY);
    await change(h, printed(id), RETRY);
    await h.drain();
    const [mail] = h.resend.accepted;
    expect(mail?.subject).toBe("Your certification expires tomorrow");
    expect(mail?.text).toContain("Tomorrow");
    expect(mail?.text).not.toContain("7 days");
  });

  test("a bounced one forgets that it was delivered once, and is delivered anew", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, "bounced", { delivered_at: 5, sent_at: 4 });
    await change(h, printed(id), RETRY);
    expect((await read(h, printed(id))).body.data).toMatchObject({ status: "queued", delivered_at: null });
  });

  test("works for pushes as well", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenDispatches(h, [user]);
    await h.drain();
    await putInto(id, "failed");
    await change(h, printed(id), RETRY);
    await h.drain();
    // The user has no device.
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", channel: "push" });
    expect((await dispatchOf(id)).updated_at).toBe(h.clock.now());
  });
});

describe("a note", () => {
  test.each(["queued", "sent", "failed", "cancelled"])("can be made over what is %s", async (status) => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, status);
    const body = { action: "update", note: "Called her. 📞" };
    const answer = await change(h, printed(id), body);
    expect(answer.body.data).toEqual({
      dispatch_id: printed(id),
      status,
      note: body.note,
      updated_at: new Date(h.clock.now()).toISOString(),
    });
    expect((await read(h, printed(id))).body.data).toMatchObject({ note: body.note, status });
  });

  test.each([
    ["no action", {}],
    ["an unknown action", { action: "resend" }],
    ["no note", { action: "update" }],
    ["an empty note", { action: "update", note: "" }],
    ["a note too long", { action: "update", note: "x".repeat(2_001) }],
    ["half a character", { action: "update", note: "\ud800" }],
    ["a retry with more", { action: "retry", note: "x" }],
    ["no object", []],
  ])("with %s is refused", async (_, body) => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    expect((await change(h, printed(id), body)).status).toBe(400);
    expect(await auditOf(id)).toEqual([]);
  });
});

describe("cancelling", () => {
  test("stops what is queued, for good", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    expect((await cancel(h, printed(id))).body.data).toEqual({
      dispatch_id: printed(id),
      status: "cancelled",
      cancelled_at: new Date(h.clock.now()).toISOString(),
    });
    await mailNow(h, [id]);
    h.clock.advance(HOUR);
    await h.tick();
    await h.drain();
    expect(mailsOf(h, id)).toEqual([]);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", wake_at: null, error: null });
  });

  test.each(["sending", "sent", "delivered", "bounced", "failed", "cancelled"])(
    "what is %s is refused and changes nothing",
    async (status) => {
      const h = createMailWorld();
      const [id = ""] = await givenMailsTo(h, 1);
      await putInto(id, status);
      const before = await dispatchOf(id);
      const answer = await cancel(h, printed(id));
      expect([answer.status, answer.body.code]).toEqual([409, "not_queued"]);
      expect(answer.body.detail).toContain(status);
      expect(await dispatchOf(id)).toEqual(before);
    },
  );

  test("loses against a consumer that has claimed the message, and it goes out", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    const stopped = h.interrupts.stopAtNext("fetch", "before");
    const sending = mailNow(h, [id]);
    await stopped.reached;
    expect((await cancel(h, printed(id))).status).toBe(409);
    stopped.release();
    await sending;
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
  });

  test("wins against a consumer that comes later, also while a retry waits", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    h.resend.failNext({ kind: "answer", status: 500, body: {} });
    await mailNow(h, [id]);
    expect((await cancel(h, printed(id))).status).toBe(200);
    h.clock.advance(DAY);
    await h.tick();
    await h.drain();
    expect(mailsOf(h, id)).toEqual([]);
  });

  test("is answered as done when D1 did it and its answer was lost", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    h.meter.failNext("after");
    expect((await cancel(h, printed(id))).status).toBe(200);
    expect(await auditOf(id)).toMatchObject([{ action: "dispatch.cancel" }]);
  });
});

describe("what is not there", () => {
  test.each(["dsp_01jq8z3k5te8v9m4p2r7x6w1yd", "dsp_xP8nKv"])("%s cannot be changed", async (id) => {
    const h = createMailWorld();
    const written = await count("audit_log", "true");
    expect((await change(h, id, RETRY)).status).toBe(404);
    expect((await change(h, id, { action: "update", note: "x" })).status).toBe(404);
    expect((await cancel(h, id)).status).toBe(404);
    expect(await count("audit_log", "true")).toBe(written);
  });
});

test("a change costs one round trip, whatever comes of it", async () => {
  const h = createMailWorld();
  const { id: user } = await givenReader(h);
  const [failed = "", queued = "", sent = ""] = await givenMails(h, [user, user, user]);
  await putInto(failed, "failed");
  await putInto(sent, "sent");
  for (const request of [
    () => change(h, printed(failed), RETRY),
    () => change(h, printed(sent), RETRY),
    () => change(h, printed(sent), { action: "update", note: "x" }),
    () => cancel(h, printed(queued)),
    () => cancel(h, printed(sent)),
  ]) {
    h.meter.reset();
    await request();
    expect(h.meter.trips).toBe(1);
  }
});
