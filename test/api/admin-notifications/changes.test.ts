import { env } from "cloudflare:workers";
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
import { aReader, BASE as INBOX, givenMessages } from "../../inbox/world.ts";
import { mint } from "../../support/harness.ts";
import {
  deliverNow,
  dispatchOf,
  givenDispatches,
  givenPushes,
  live,
  timesGiven,
} from "../../support/pipeline.ts";
import { auditOf, cancel, change, count, printed, putInto, read } from "./calls.ts";
import { givenChoices } from "../../support/preferences.ts";

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

  test.each(["queued", "sending", "sent", "delivered"])(
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
    const { ids } = await givenPushes(h);
    const [id = ""] = ids;
    await putInto(id, "failed");
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", channel: "push" });
    expect(timesGiven(h, ids)).toEqual([1]);
  });
});

describe("what could not be sent is refused at once, with the reason that sending gives", () => {
  const setUser = (id: string, what: string) =>
    env.DB.prepare(`UPDATE users SET ${what} WHERE id = ?`).bind(id).run();

  const CASES: Record<string, [channel: "push" | "email", hinder: (user: string, email: string) => unknown]> =
    {
      no_device: ["push", () => {}],
      no_recipient: ["email", (user) => env.DB.prepare("DELETE FROM users WHERE id = ?").bind(user).run()],
      no_address: ["email", (user) => setUser(user, "email = NULL")],
      unverified: ["email", (user) => setUser(user, "email_verified = 0")],
      suppressed: [
        "email",
        (_, email) =>
          env.DB.prepare("INSERT INTO suppressions (email, reason, created_at) VALUES (?, 'complaint', 0)")
            .bind(email)
            .run(),
      ],
      unsubscribed: ["email", (user) => givenChoices(user, { cells: { certifications: { email: false } } })],
    };

  test.each(Object.entries(CASES))("%s", async (code, [channel, hinder]) => {
    const h = createMailWorld();
    const { id: user, email } = await givenReader(h);
    const [id = ""] = channel === "push" ? await givenDispatches(h, [user]) : await givenMails(h, [user]);
    await hinder(user, email);
    await h.drain();
    await (channel === "push" ? deliverNow(h, [id]) : mailNow(h, [id]));
    const failed = await dispatchOf(id);
    expect(failed.error_code).toBe(code);

    h.clock.advance(MINUTE);
    const answer = await change(h, printed(id), RETRY);
    expect([answer.status, answer.body.code]).toEqual([409, code]);
    expect(answer.body.detail).toBe(`It could not be sent: ${failed.error}.`);
    expect(await dispatchOf(id)).toEqual(failed);
    expect(await auditOf(id)).toEqual([]);
    expect(h.queues.waiting).toEqual([]);
  });

  test("nothing_to_say, until there is something again: then it is sent", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenMails(h, [user], { type: "new_match", payload: undefined });
    await mailNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", error_code: "nothing_to_say" });
    expect((await change(h, printed(id), RETRY)).body.code).toBe("nothing_to_say");

    const [grant, match] = [mint("grant"), mint("match")];
    const put = (path: string, body: object) =>
      h.request("PUT", `/api/v1/directory/${path}?notify=false`, { body });
    await put(`grants/${grant}`, { title: "Oak fund", deadline: null, url: null });
    await put(`matches/${match}`, { user_id: user, grant_id: grant, score: 90 });
    await env.DB.prepare("INSERT INTO occasions (key, dispatch_id) VALUES (?, ?)")
      .bind(`match:${match}`, id)
      .run();
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", error_code: null });
    expect(mailsOf(h, id)[0]?.text).toContain("Oak fund");
  });
});

describe("what was cancelled", () => {
  test("by a person is queued again, at its time when that is still to come", async () => {
    const h = createMailWorld();
    const at = h.clock.now() + DAY;
    const { ids } = await givenPushes(h, 1, { sendAt: at, slotTaken: false });
    const [id = ""] = ids;
    await cancel(h, printed(id));
    h.clock.advance(HOUR);
    expect((await change(h, printed(id), RETRY)).body.data.status).toBe("queued");
    expect(await dispatchOf(id)).toMatchObject({ due_at: at, wake_at: at, scheduled_at: at });
    expect(h.queues.waiting).toEqual([]);
    await live(h, 22 * 60);
    expect(timesGiven(h, ids)).toEqual([0]);
    await live(h, 2 * 60);
    expect(timesGiven(h, ids)).toEqual([1]);
  });

  test("because its user had switched it off is sent once they switch it on", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenMails(h, [user]);
    const preferences = (on: boolean) =>
      h.request("PATCH", "/api/v1/notifications/preferences", {
        as: { role: "user", sub: user },
        body: { email_notifications_enabled: on },
      });
    await preferences(false);
    await mailNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", error_code: "unsubscribed" });
    expect((await change(h, printed(id), RETRY)).body.code).toBe("unsubscribed");
    await preferences(true);
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
    expect(mailsOf(h, id)).toHaveLength(1);
  });

  test("and told since by a later message of a type that repeats itself is refused", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenMails(h, [user]);
    await cancel(h, printed(id));
    const before = await dispatchOf(id);
    h.clock.advance(DAY);
    const [later = ""] = await givenMails(h, [user]);
    expect((await change(h, printed(id), RETRY)).body.code).toBe("told_since");
    expect(await dispatchOf(id)).toEqual(before);
    // One that did not go out has told nothing.
    await putInto(later, "failed");
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
  });

  test("after it had been followed on another channel is refused", async () => {
    const h = createMailWorld();
    const { ids, users } = await givenPushes(h, 1, { devices: 0, fallback: "in_app" });
    const [id = ""] = ids;
    await deliverNow(h, ids);
    await env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?1, ?2, 'expo', 'ios', 0)",
    )
      .bind(`ExponentPushToken[${users[0]}]`, users[0])
      .run();
    expect((await change(h, printed(id), RETRY)).status).toBe(200);
    await cancel(h, printed(id));
    expect((await change(h, printed(id), RETRY)).body.code).toBe("told_since");
  });

  test("because its subscription was removed stays so", async () => {
    const h = createMailWorld();
    const [id = ""] = await givenMailsTo(h, 1);
    await putInto(id, "cancelled", { error_code: "subscription_removed", error: "It is gone" });
    expect((await change(h, printed(id), RETRY)).body.code).toBe("subscription_removed");
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled" });
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

  test("over a message in an inbox does not show there, and is answered with its own time", async () => {
    const h = createMailWorld();
    const reader = aReader();
    const [id = ""] = await givenMessages(h, reader.sub);
    const inbox = async () => (await h.request("GET", INBOX, { as: reader })).body;
    const before = await inbox();
    h.clock.advance(MINUTE);
    const { status, body } = await change(h, id, { action: "update", note: "Called her" });
    expect([status, body.data.updated_at]).toEqual([200, new Date(h.clock.now()).toISOString()]);
    expect((await read(h, id)).body.data.note).toBe("Called her");
    expect(before.data).toMatchObject([{ id }]);
    expect(await inbox()).toEqual(before);
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

test("a change costs one round trip, whatever comes of it, and a retry that is made a second", async () => {
  const h = createMailWorld();
  const { id: user } = await givenReader(h);
  const [failed = "", queued = "", sent = ""] = await givenMails(h, [user, user, user]);
  await putInto(failed, "failed");
  await putInto(sent, "sent");
  h.meter.reset();
  await change(h, printed(failed), RETRY);
  expect(h.meter.trips).toBe(2);
  for (const request of [
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
