import { describe, expect, test } from "vitest";
import { DAY } from "../../../src/lib/clock.ts";
import { type Harness, mint } from "../../support/harness.ts";
import {
  createMailWorld,
  givenCertificate,
  givenReader,
  givenReaders,
  givenCertificates,
} from "../../support/mail.ts";
import { givenOrg } from "../../support/world.ts";
import { auditOf, bulk, cancel, count, remind } from "./calls.ts";

const keyed = (key: string) => ({ headers: { "idempotency-key": key } });

async function givenCertified(h: Harness): Promise<string> {
  const { id } = await givenReader(h);
  await givenCertificate(h, id, 7);
  return id;
}

async function givenStaff(h: Harness, size: number): Promise<string> {
  const org = await givenOrg(h);
  const readers = await givenReaders(h, size, { org });
  await givenCertificates(
    h,
    readers.map(({ id }) => id),
    10,
  );
  return org;
}

describe("an Idempotency-Key on a single reminder", () => {
  test("makes a repeat answer with the same dispatch as it is now", async () => {
    const h = createMailWorld();
    const id = await givenCertified(h);
    const key = mint("key");
    const first = await remind(h, id, keyed(key));
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    await cancel(h, first.body.data.dispatch_id);
    const again = await remind(h, id, keyed(`"${key}"`));
    expect(again.status).toBe(202);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(again.body.data).toEqual({ ...first.body.data, status: "cancelled" });
    expect(await count("dispatches", "user_id = ?", id)).toBe(1);
  });

  test("is refused with another body, also while the first is under way", async () => {
    const h = createMailWorld();
    const [one, other] = [await givenCertified(h), await givenCertified(h)];
    const key = mint("key");
    const answers = await Promise.all([one, other].map((id) => remind(h, id, keyed(key))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 422]);
    const late = await Promise.all([one, other].map((id) => remind(h, id, keyed(key))));
    expect(late.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
  });

  test("makes one message, one audit entry and one slot of many calls at once", async () => {
    const h = createMailWorld("resend", { EMAIL_LIMIT_PER_HOUR: "5" });
    const id = await givenCertified(h);
    const key = mint("key");
    const answers = await Promise.all([1, 2, 3, 4].map(() => remind(h, id, keyed(key))));
    expect(new Set(answers.map(({ body }) => body.data.dispatch_id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(3);
    expect(await count("dispatches", "user_id = ?", id)).toBe(1);
    const requests = answers.map(({ headers }) => headers.get("x-request-id"));
    expect(
      await count("audit_log", "request_id IN (SELECT value FROM json_each(?))", JSON.stringify(requests)),
    ).toBe(1);
    for (let i = 0; i < 4; i++) expect((await remind(h, id)).status).toBe(202);
    expect((await remind(h, id)).status).toBe(429);
  });

  test("is another caller's own, and holds for a day", async () => {
    const h = createMailWorld();
    const id = await givenCertified(h);
    const key = mint("key");
    await remind(h, id, keyed(key));
    const other = await remind(h, id, { ...keyed(key), as: { role: "global_admin", sub: "boss" } });
    expect(other.headers.get("idempotency-replayed")).toBeNull();
    h.clock.advance(DAY);
    expect((await remind(h, id, keyed(key))).headers.get("idempotency-replayed")).toBeNull();
    expect(await count("dispatches", "user_id = ?", id)).toBe(3);
  });

  test("is not taken by a call that failed", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    const key = mint("key");
    expect((await remind(h, id, keyed(key))).status).toBe(409);
    await givenCertificate(h, id, 7);
    expect((await remind(h, id, keyed(key))).status).toBe(202);
  });

  test("makes one message although D1 committed and its answer was lost", async () => {
    const h = createMailWorld();
    const id = await givenCertified(h);
    const key = mint("key");
    h.meter.failNext("after");
    const first = await remind(h, id, keyed(key));
    expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([202, null]);
    expect(await count("dispatches", "user_id = ?", id)).toBe(1);
  });
});

describe("an Idempotency-Key on a bulk", () => {
  test("makes a repeat answer with the same counts and the same dispatches", async () => {
    const h = createMailWorld();
    const org = await givenStaff(h, 3);
    const unverified = await givenReader(h, { org, verified: false });
    await givenCertificate(h, unverified.id, 10);
    const key = mint("key");
    const first = await bulk(h, org, {}, keyed(key));
    await h.drain();
    h.clock.advance(DAY / 2);
    const again = await bulk(h, org, {}, keyed(key));
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
    expect(first.body.data).toMatchObject({ total_eligible: 4, dispatched: 3, failed: 1, skipped: 0 });
    expect(await count("dispatches", "org_id = ?", org)).toBe(4);
    expect(await auditOf(org)).toHaveLength(1);
  });

  test("still lists what was dispatched when it has failed since", async () => {
    const h = createMailWorld();
    const org = await givenStaff(h, 2);
    const key = mint("key");
    const first = await bulk(h, org, {}, keyed(key));
    await h.deps.bindings.DB.prepare("UPDATE users SET email_verified = 0 WHERE org_id = ?").bind(org).run();
    await h.drain();
    expect(await count("dispatches", "org_id = ? AND status = 'failed'", org)).toBe(2);
    const again = await bulk(h, org, {}, keyed(key));
    expect(again.body.data.dispatch_ids).toEqual(first.body.data.dispatch_ids);
  });

  test("is refused with another body", async () => {
    const h = createMailWorld();
    const org = await givenStaff(h, 1);
    const key = mint("key");
    await bulk(h, org, {}, keyed(key));
    expect((await bulk(h, org, { days_threshold: 31 }, keyed(key))).status).toBe(422);
    // What is left out is what its default says.
    expect((await bulk(h, org, { include_sub_orgs: false }, keyed(key))).status).toBe(202);
  });

  test("makes one bulk of two calls at once", async () => {
    const h = createMailWorld();
    const org = await givenStaff(h, 5);
    const key = mint("key");
    const answers = await Promise.all([1, 2].map(() => bulk(h, org, {}, keyed(key))));
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers[0]?.body.data).toMatchObject({ total_eligible: 5, dispatched: 5, skipped: 0 });
    expect(await count("dispatches", "org_id = ?", org)).toBe(5);
  });
});
