import { describe, expect, test } from "vitest";
import { DAY } from "../../../src/lib/clock.ts";
import { mint } from "../../support/harness.ts";
import { createMailWorld, givenCertificate, givenReader, mailsOf } from "../../support/mail.ts";
import { dispatchOf } from "../../support/pipeline.ts";
import { count, putInto, read, remind, uuidOf } from "./calls.ts";

const ids = (body: { data: { dispatch_id: string } }) => uuidOf(body.data.dispatch_id);

describe("a reminder for one user", () => {
  test("lists the certificates, expired ones included, those nearest to today first", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    for (const [name, days] of [
      ["Long gone", -900],
      ["Next year", 300],
      ["Next week", 7],
      ["Last month", -30],
    ] as const)
      await givenCertificate(h, id, days, { name });
    const { body } = await remind(h, id);
    await h.drain();
    const [mail] = mailsOf(h, ids(body));
    const names = [...(mail?.text ?? "").matchAll(/^\* (Long gone|Next year|Next week|Last month)/gm)];
    expect(names.map(([, name]) => name)).toEqual(["Next week", "Last month", "Next year", "Long gone"]);
  });

  test("speaks of what expires next, however many expired long ago", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    await h.request("POST", "/api/v1/directory/certifications", {
      body: {
        items: Array.from({ length: 300 }, (_, i) => ({
          id: mint("cert"),
          user_id: id,
          name: `Old ${i}`,
          expires_at: new Date(h.clock.now() - (i + 100) * DAY).toISOString(),
        })),
      },
    });
    await givenCertificate(h, id, 3, { name: "Lifeguard" });
    const { body } = await remind(h, id);
    await h.drain();
    const [mail] = mailsOf(h, ids(body));
    expect(mail?.text).toMatch(/\* Lifeguard/);
    expect(mail?.html).toContain("Lifeguard");
  });

  test("is for the user's organization in the log, and is one message", async () => {
    const h = createMailWorld();
    const org = mint("org");
    const { id, email } = await givenReader(h, { org });
    await givenCertificate(h, id, 7);
    await givenCertificate(h, id, 9);
    const { body } = await remind(h, id);
    expect(body.data).toEqual({
      dispatch_id: expect.stringMatching(/^dsp_/),
      user_id: id,
      type: "certification_reminder",
      status: "queued",
      queued_at: new Date(h.clock.now()).toISOString(),
    });
    await h.drain();
    expect((await read(h, body.data.dispatch_id)).body.data).toMatchObject({ org_id: org, status: "sent" });
    expect(await dispatchOf(ids(body))).toMatchObject({ to_address: email, lane: "email" });
    expect(mailsOf(h, ids(body))).toHaveLength(1);
  });

  test("may be sent again by a person, at once", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    await givenCertificate(h, id, 7);
    const first = await remind(h, id);
    const second = await remind(h, id);
    expect(second.status).toBe(202);
    expect(second.body.data.dispatch_id).not.toBe(first.body.data.dispatch_id);
    await h.drain();
    expect(h.resend.accepted).toHaveLength(2);
  });

  test("of a user that nobody knows is 404, of one without a certificate 409", async () => {
    const h = createMailWorld();
    const unknown = await remind(h, mint("nobody"));
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const { id } = await givenReader(h);
    const without = await remind(h, id);
    expect([without.status, without.body.code]).toEqual([409, "no_certification"]);
    expect(await count("dispatches", "user_id = ?", id)).toBe(0);
  });

  test.each([{}, { user_id: 5 }, { user_id: "" }, { user_id: "a b" }, { user_id: "u", days: 3 }, []])(
    "with %j is refused",
    async (body) => {
      const h = createMailWorld();
      const { status } = await h.request("POST", "/api/v1/admin/notifications/certification-reminder", {
        body,
      });
      expect(status).toBe(400);
    },
  );

  test("to an address that is not verified is queued, and fails with the reason when it is sent", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h, { verified: false });
    await givenCertificate(h, id, 7);
    const { body } = await remind(h, id);
    await h.drain();
    const { data } = (await read(h, body.data.dispatch_id)).body;
    expect(data).toMatchObject({
      status: "failed",
      error: "Email address not verified",
      error_code: "unverified",
      sent_at: new Date(h.clock.now()).toISOString(),
      attempts: 0,
    });
    expect(h.resend.requests).toEqual([]);
  });

  test("costs two round trips and one queue operation", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    await givenCertificate(h, id, 7);
    h.meter.reset();
    const sends = h.queues.sends;
    await remind(h, id);
    expect([h.meter.trips, h.queues.sends - sends]).toEqual([2, 1]);
  });
});

describe("a user's budget of e-mails an hour", () => {
  const createTight = () => createMailWorld("resend", { EMAIL_LIMIT_PER_HOUR: "2" });

  test("refuses a person's reminder with 429 and says when to come again; nothing is left behind", async () => {
    const h = createTight();
    const { id } = await givenReader(h);
    await givenCertificate(h, id, 7);
    await remind(h, id);
    await remind(h, id);
    const refused = await remind(h, id);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1800");
    expect(refused.headers.get("ratelimit-policy")).toBe('"email";q=2;w=3600');
    expect(refused.headers.get("ratelimit")).toMatch(/^"email";r=0;t=\d+$/);
    expect(await count("dispatches", "user_id = ?", id)).toBe(2);
    expect(await count("audit_log", "target IN (SELECT id FROM dispatches WHERE user_id = ?)", id)).toBe(2);
    h.clock.advance(1_800_000);
    expect((await remind(h, id)).status).toBe(202);
  });

  test("is another user's own", async () => {
    const h = createTight();
    const [one, other] = [await givenReader(h), await givenReader(h)];
    for (const { id } of [one, other]) await givenCertificate(h, id, 7);
    await remind(h, one.id);
    await remind(h, one.id);
    expect((await remind(h, other.id)).status).toBe(202);
  });

  test("is not used up by what D1 did not take", async () => {
    const h = createTight();
    const { id } = await givenReader(h);
    await givenCertificate(h, id, 7);
    for (let i = 0; i < 3; i++) h.meter.failNext("before", "D1_ERROR: no such thing");
    for (let i = 0; i < 3; i++) expect((await remind(h, id)).status).toBe(500);
    expect((await remind(h, id)).status).toBe(202);
    expect((await remind(h, id)).status).toBe(202);
  });
});

test("a reminder that was cancelled does not go out", async () => {
  const h = createMailWorld();
  const { id } = await givenReader(h);
  await givenCertificate(h, id, 7);
  const { body } = await remind(h, id);
  await putInto(ids(body), "cancelled");
  await h.drain();
  expect(h.resend.accepted).toEqual([]);
});
