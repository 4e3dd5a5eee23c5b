import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import type { Answer, Harness } from "../../support/harness.ts";
import { mint } from "../../support/harness.ts";
import {
  createMailWorld,
  givenCertificate,
  givenMails,
  givenReader,
  type ReaderFacts,
} from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { bulk, cancel, count, listed, remind, uuidOf } from "../../api/admin-notifications/calls.ts";

/** A user of an organization with certificates that expire in so many days. */
async function givenHolder(h: Harness, org: string, days: readonly number[] = [10], facts: ReaderFacts = {}) {
  const reader = await givenReader(h, { org, ...facts });
  for (const each of days) await givenCertificate(h, reader.id, each);
  return reader;
}

const counts = ({ body: { data } }: Answer) => [
  data.total_eligible,
  data.dispatched,
  data.failed,
  data.skipped,
];

/** Who got a message of a bulk, and what became of it. */
async function reached(h: Harness, answer: Answer) {
  const query = `batch_id=${answer.body.data.batch_id}&limit=100`;
  const users = await listed(h, query, "recipient_user_id");
  const states = await listed(h, query, "status");
  return Object.fromEntries(users.map((user, i) => [user, states[i]]));
}

describe("eligible", () => {
  test("are users with a certificate that expires within the days, and has not yet", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const soon = await givenHolder(h, org, [1]);
    const last = await givenHolder(h, org, [30]);
    await givenHolder(h, org, [30.001]);
    await givenHolder(h, org, [-1]);
    await givenHolder(h, org, [0]);
    await givenHolder(h, org, []);
    const answer = await bulk(h, org);
    expect(counts(answer)).toEqual([2, 2, 0, 0]);
    expect(Object.keys(await reached(h, answer)).toSorted()).toEqual([soon.id, last.id].toSorted());
  });

  test("gets one message, whatever the number of certificates, that lists those that expire soon", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenReader(h, { org });
    for (const [name, days] of [
      ["Far off", 200],
      ["Third", 25],
      ["First", 2],
      ["Over", -3],
    ] as const)
      await givenCertificate(h, id, days, { name });
    const answer = await bulk(h, org);
    expect(counts(answer)).toEqual([1, 1, 0, 0]);
    await h.drain();
    expect(h.resend.accepted.map((mail) => mail.text.match(/^\* (\w+)/gm))).toEqual([["* First", "* Third"]]);
  });

  test("only the organization's own users, unless those below are asked for", async () => {
    const h = createMailWorld();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const bottom = await givenOrg(h, below);
    const elsewhere = await givenOrg(h);
    const [one, two, three] = [
      await givenHolder(h, top),
      await givenHolder(h, below),
      await givenHolder(h, bottom),
    ];
    await givenHolder(h, elsewhere);
    const own = await bulk(h, top);
    expect(Object.keys(await reached(h, own))).toEqual([one.id]);
    const all = await bulk(h, top, { include_sub_orgs: true });
    // The first was reminded just now.
    expect(counts(all)).toEqual([3, 2, 0, 1]);
    expect(Object.keys(await reached(h, all)).toSorted()).toEqual([two.id, three.id].toSorted());
  });

  test("nobody in an organization that is empty; one that is unknown is 404", async () => {
    const h = createMailWorld();
    const empty = await bulk(h, await givenOrg(h));
    expect([empty.status, ...counts(empty), empty.body.data.dispatch_ids]).toEqual([202, 0, 0, 0, 0, []]);
    const unknown = await bulk(h, mint("org"));
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
  });

  test.each([
    { org_id: "a b" },
    { days_threshold: 0 },
    { days_threshold: 1.5 },
    { days_threshold: "30" },
    { days_threshold: 3_651 },
    { days_threshold: undefined },
    { include_sub_orgs: "true" },
    { more: 1 },
  ])("a request with %j is refused", async (more) => {
    const h = createMailWorld();
    expect((await bulk(h, await givenOrg(h), more)).status).toBe(400);
  });
});

describe("a user who cannot be mailed", () => {
  test("is counted by each call and logged once a day, and again when the reason is another", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const unverified = await givenHolder(h, org, [20], { verified: false });
    await givenHolder(h, org, [20], { email: null });
    const logged = () => count("dispatches", "org_id = ? AND status = 'failed'", org);
    for (let call = 0; call < 3; call++) {
      expect(counts(await bulk(h, org))).toEqual([2, 0, 2, 0]);
      expect(await logged()).toBe(2);
      h.clock.advance(HOUR);
    }
    await env.DB.prepare("UPDATE users SET email = NULL WHERE id = ?").bind(unverified.id).run();
    await bulk(h, org);
    expect(await logged()).toBe(3);
    h.clock.advance(DAY + HOUR);
    expect(counts(await bulk(h, org))).toEqual([2, 0, 2, 0]);
    expect(await logged()).toBe(5);
  });

  test("is logged although a message of another type has failed for the same reason", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenHolder(h, org, [20], { verified: false });
    await givenMails(h, [id], {
      type: "welcome",
      orgId: org,
      failure: { code: "unverified", message: "Email address not verified" },
    });
    for (let call = 0; call < 2; call++) {
      expect(counts(await bulk(h, org))).toEqual([1, 0, 1, 0]);
      expect(
        await count(
          "dispatches",
          "user_id = ? AND type = 'certification_reminder' AND error_code = 'unverified'",
          id,
        ),
      ).toBe(1);
    }
  });

  test("is logged once by calls at the same time", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org, [20], { email: null });
    const answers = await Promise.all([bulk(h, org), bulk(h, org), bulk(h, org)]);
    expect(answers.map(counts)).toEqual(answers.map(() => [1, 0, 1, 0]));
    expect(await count("dispatches", "org_id = ?", org)).toBe(1);
  });

  test("is looked up among the user's latest e-mails, in the round trip that writes", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org, [20], { email: null });
    await bulk(h, org);
    h.meter.reset();
    await bulk(h, org);
    // To begin, the portion, what is written, the ids.
    expect([h.meter.trips, await count("dispatches", "org_id = ?", org)]).toEqual([4, 1]);
    const found = h.meter.statements.filter(({ sql }) => sql.includes("f.error_code"));
    expect(found).toHaveLength(1);
    for (const { sql, params } of found) {
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      expect(plan.results.map(({ detail }) => detail).join("; ")).toContain(
        "SEARCH f USING INDEX dispatches_by_user (user_id=? AND channel=? AND id>?)",
      );
    }
  });

  test("is logged as failed with the reason, counted, and not among the dispatched", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const well = await givenHolder(h, org);
    const unverified = await givenHolder(h, org, [10], { verified: false });
    const homeless = await givenHolder(h, org, [10], { email: null });
    const bounced = await givenHolder(h, org, [10], { email: "Gone@Example.com" });
    const healed = await givenHolder(h, org, [10], { email: "healed@example.com" });
    await env.DB.prepare(
      "INSERT INTO suppressions (email, reason, expires_at, created_at) VALUES ('gone@example.com', 'complaint', NULL, 0), ('healed@example.com', 'bounce', ?, 0)",
    )
      .bind(h.clock.now())
      .run();

    const answer = await bulk(h, org);
    expect(counts(answer)).toEqual([5, 2, 3, 0]);
    expect(await reached(h, answer)).toEqual({
      [well.id]: "queued",
      [healed.id]: "queued",
      [unverified.id]: "failed",
      [homeless.id]: "failed",
      [bounced.id]: "failed",
    });
    const errorOf = async (id: string) => [
      ...(await listed(h, `recipient_user_id=${id}`, "error")),
      ...(await listed(h, `recipient_user_id=${id}`, "error_code")),
    ];
    expect(await errorOf(unverified.id)).toEqual(["Email address not verified", "unverified"]);
    expect(await errorOf(homeless.id)).toEqual(["The user has no email address", "no_address"]);
    expect(await errorOf(bounced.id)).toEqual([expect.stringContaining("suppressed"), "suppressed"]);

    const queued = await listed(h, `org_id=${org}&status=queued`);
    expect(answer.body.data.dispatch_ids.toSorted()).toEqual(queued.toSorted());
    await h.drain();
    expect(h.resend.accepted).toHaveLength(2);
  });

  test("can be retried by a person once the reason is gone", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenHolder(h, org, [10], { verified: false });
    await bulk(h, org);
    const [failed] = await listed(h, `recipient_user_id=${id}`);
    await env.DB.prepare("UPDATE users SET email_verified = 1 WHERE id = ?").bind(id).run();
    await h.request("PUT", `/api/v1/admin/notifications/${String(failed)}`, { body: { action: "retry" } });
    await h.drain();
    expect(h.resend.accepted).toHaveLength(1);
  });
});

describe("a user who was reminded of the same expiry within a day", () => {
  test("is skipped, and reminded again a day later", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org);
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
    await h.drain();
    h.clock.advance(DAY - HOUR);
    expect(counts(await bulk(h, org))).toEqual([1, 0, 0, 1]);
    h.clock.advance(HOUR + 1);
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
  });

  test("is skipped for a day from when the message was due, which may be long after it was made", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenHolder(h, org);
    await bulk(h, org);
    const due = h.clock.now() + 20 * HOUR;
    await env.DB.prepare("UPDATE dispatches SET slot_at = ?1, due_at = ?1, wake_at = ?1 WHERE user_id = ?2")
      .bind(due, id)
      .run();
    h.clock.set(due);
    await h.tick();
    await h.drain();
    expect(await listed(h, `recipient_user_id=${id}`, "status")).toEqual(["sent"]);
    h.clock.advance(10 * HOUR);
    expect(counts(await bulk(h, org))).toEqual([1, 0, 0, 1]);
    h.clock.advance(15 * HOUR);
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
  });

  test("by a person or by the cron counts as reminded, too", async () => {
    // The cron takes so many users of all who are due: those of other tests must not come first.
    await emptyTables();
    const h = createMailWorld();
    const org = await givenOrg(h);
    const byHand = await givenHolder(h, org);
    await remind(h, byHand.id);
    expect(counts(await bulk(h, org))).toEqual([1, 0, 0, 1]);
    await givenHolder(h, org, [7.5]);
    h.clock.advance(DAY);
    await h.tick();
    await h.drain();
    // The cron has reminded the second just now, the first was reminded a day ago.
    expect(counts(await bulk(h, org))).toEqual([2, 1, 0, 1]);
  });

  test("is not skipped for another certificate, nor for a new expiry of the same", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenReader(h, { org });
    const cert = await givenCertificate(h, id, 10, { name: "Old" });
    await bulk(h, org);
    await h.drain();
    await givenCertificate(h, id, 12, { name: "Another" });
    await bulk(h, org);
    await givenCertificate(h, id, 20, { id: cert, name: "Renewed" });
    await bulk(h, org);
    await h.drain();
    expect(h.resend.accepted.map((mail) => mail.text.match(/^\* (\w+)/gm))).toEqual([
      ["* Old"],
      ["* Another"],
      ["* Renewed"],
    ]);
  });

  test("is not skipped when that message was cancelled, or failed", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org);
    const first = await bulk(h, org);
    await cancel(h, first.body.data.dispatch_ids[0]);
    const second = await bulk(h, org);
    expect(counts(second)).toEqual([1, 1, 0, 0]);
    await env.DB.prepare("UPDATE dispatches SET status = 'bounced', wake_at = NULL WHERE id = ?")
      .bind(uuidOf(second.body.data.dispatch_ids[0]))
      .run();
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
  });

  test("is skipped for a day, too, when they had switched that message off", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenHolder(h, org);
    const off = { email_notifications_enabled: false };
    await h.request("PATCH", "/api/v1/notifications/preferences", {
      as: { role: "user", sub: id, org },
      body: off,
    });
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
    await h.drain();
    for (let call = 0; call < 3; call++) {
      h.clock.advance(HOUR);
      expect(counts(await bulk(h, org))).toEqual([1, 0, 0, 1]);
    }
    expect(await count("dispatches", "user_id = ? AND error_code = 'unsubscribed'", id)).toBe(1);
    expect(await count("dispatches", "user_id = ?", id)).toBe(1);
    h.clock.advance(DAY);
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
  });

  test("but could not be mailed then is logged as failed again, not as skipped", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id } = await givenHolder(h, org, [10], { verified: false });
    await remind(h, id);
    await h.drain();
    expect(counts(await bulk(h, org))).toEqual([1, 0, 1, 0]);
  });

  test("is not mistaken for someone whose certificate has a similar id", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const [one, other] = [await givenReader(h, { org }), await givenReader(h, { org })];
    const id = mint("cert");
    await givenCertificate(h, one.id, 10, { id: `${id}1` });
    await remind(h, one.id);
    await givenCertificate(h, other.id, 10, { id });
    expect(counts(await bulk(h, org))).toEqual([2, 1, 0, 1]);
  });
});

describe("a bulk again", () => {
  test("at the same time as itself reminds everybody once, and both add up", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    for (let i = 0; i < 5; i++) await givenHolder(h, org, [5, 10]);
    const stopped = h.interrupts.stopAtNext("d1", "after", 2);
    const slow = bulk(h, org);
    await stopped.reached;
    const fast = await bulk(h, org);
    stopped.release();
    const late = await slow;
    expect(counts(fast)).toEqual([5, 5, 0, 0]);
    expect(counts(late)).toEqual([5, 0, 0, 5]);
    expect(late.body.data.dispatch_ids).toEqual([]);
    expect(await count("dispatches", "org_id = ?", org)).toBe(5);
    await h.drain();
    expect(h.resend.accepted).toHaveLength(5);
    const { results } = await env.DB.prepare("SELECT detail FROM audit_log WHERE target = ? ORDER BY id")
      .bind(org)
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => JSON.parse(detail).dispatched).toSorted()).toEqual([0, 5]);
  });

  test("reminds once although D1 committed and its answer was lost", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org);
    await givenHolder(h, org, [10], { verified: false });
    h.meter.failNext("after");
    expect(counts(await bulk(h, org))).toEqual([2, 1, 1, 0]);
    expect(await count("dispatches", "org_id = ?", org)).toBe(2);
    await h.drain();
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("leaves nothing half done when D1 refuses, and can be called again", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org);
    h.meter.failNext("before", "D1_ERROR: D1 DB exceeded its CPU time limit");
    expect((await bulk(h, org)).status).toBe(500);
    expect(await count("dispatches", "org_id = ?", org)).toBe(0);
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
  });

  test("sends what was written although the queue was away", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await givenHolder(h, org);
    h.queues.away = true;
    expect(counts(await bulk(h, org))).toEqual([1, 1, 0, 0]);
    h.queues.away = false;
    h.clock.advance(3 * 60_000);
    await h.tick();
    await h.drain();
    expect(await count("dispatches", "org_id = ? AND status = 'sent'", org)).toBe(1);
  });
});
