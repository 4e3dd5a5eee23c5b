import { describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import { printId } from "../../../src/lib/ids.ts";
import { unitsOf } from "../../../src/rate-limit/quota/quota.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow, givenCertificate } from "../../support/mail.ts";
import { dispatchesOf } from "../../support/pipeline.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { count, remind } from "../../api/admin-notifications/calls.ts";

const PUSHES = "/api/v1/notifications";
const limited = (quota: number, more = {}) =>
  createHarness({ vars: { ORG_DAILY_QUOTA: String(quota), ...more }, autoDrain: false });

const send = (h: Harness, user: string, { key, ...more }: { key?: string; [field: string]: unknown } = {}) =>
  h.request("POST", PUSHES, {
    body: aPush(user, more),
    headers: { prefer: "respond-async", ...(key !== undefined && { "idempotency-key": key }) },
  });

describe("a send by API over its organization's quota", () => {
  test.each([
    ["without a key, when only the database knows whose user it is", () => ({})],
    ["with a key", () => ({ key: crypto.randomUUID() })],
    ["for later", () => ({ send_at: "2026-03-27T08:00:00Z" })],
    ["to the inbox", () => ({ channels: ["in_app"] })],
  ])("%s is 429 until the day is over, and writes nothing", async (_, more) => {
    const h = limited(2);
    const org = await givenOrg(h);
    const users = [await givenUser(h, { org }), await givenUser(h, { org }), await givenUser(h, { org })];
    const statuses = [];
    for (const { id } of users) statuses.push(await send(h, id, more()));
    const refused = statuses.at(-1);
    expect(statuses.map(({ status }) => status < 300)).toEqual([true, true, false]);
    expect([refused?.status, refused?.body.code]).toEqual([429, "org_quota"]);
    // It is 08:00.
    expect(refused?.headers.get("retry-after")).toBe(String(16 * 3_600));
    expect(refused?.headers.get("ratelimit-policy")).toBe('"org";q=2;w=86400');
    expect(await count("dispatches", "org_id = ?", org)).toBe(2);
    // Others have their own.
    expect((await send(h, (await givenUser(h)).id)).status).toBe(202);
    h.clock.advance(16 * HOUR);
    expect((await send(h, users[2]?.id ?? "")).status).toBe(202);
  });

  test("takes no slot of the user's, and what the user's budget refuses takes nothing of the organization's", async () => {
    const h = limited(3, { PUSH_LIMIT_PER_HOUR: "1" });
    const org = await givenOrg(h);
    const [one, two, three] = [
      await givenUser(h, { org }),
      await givenUser(h, { org }),
      await givenUser(h, { org }),
    ];
    for (let i = 0; i < 5; i++) await send(h, one.id, { key: crypto.randomUUID() });
    const keyed = (user: string) => send(h, user, { key: crypto.randomUUID() });
    expect((await keyed(two.id)).status).toBe(202);
    expect((await keyed(three.id)).status).toBe(202);
    const fresh = await givenUser(h, { org });
    expect((await keyed(fresh.id)).body.code).toBe("org_quota");
    h.clock.advance(16 * HOUR);
    expect((await keyed(fresh.id)).status).toBe(202);
  });

  test("repeated with its key is answered all the same", async () => {
    const h = limited(1);
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    const key = crypto.randomUUID();
    await send(h, id, { key });
    expect((await send(h, id, { key })).headers.get("idempotency-replayed")).toBe("true");
    expect((await send(h, id, { key: crypto.randomUUID() })).status).toBe(429);
  });

  test("what was not made counts nothing: neither a repeat at the same time nor a write that failed", async () => {
    const h = limited(3);
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    const one = { body: aPush(id) };
    const batch = { body: { targets: [aPush(id)] } };
    const post = (path: string, request: { body: unknown }, key: string) =>
      h.request("POST", path, {
        ...request,
        headers: { prefer: "respond-async", "idempotency-key": key },
      });
    const calls = [
      [PUSHES, one],
      [`${PUSHES}/batch`, batch],
    ] as const;
    for (const [path, request] of calls) {
      const key = crypto.randomUUID();
      const repeats = await Promise.all([1, 2].map(() => post(path, request, key)));
      expect(repeats.map(({ status }) => status)).toEqual([202, 202]);
    }
    for (const [path, request] of calls) {
      h.meter.failNext("before", "D1_ERROR: no such thing");
      expect((await post(path, request, crypto.randomUUID())).status).toBe(500);
    }
    expect((await post(PUSHES, one, crypto.randomUUID())).status).toBe(202);
    expect((await post(PUSHES, one, crypto.randomUUID())).body.code).toBe("org_quota");
    expect(await count("dispatches", "org_id = ?", org)).toBe(3);
  });

  test("a push for later is counted when it is asked for, and not again when it goes", async () => {
    const h = limited(2);
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    expect((await send(h, id, { send_at: new Date(h.clock.now() + HOUR).toISOString() })).status).toBe(202);
    h.clock.advance(HOUR);
    await h.tick();
    await h.drain();
    expect(await count("dispatches", "user_id = ? AND status = 'sent'", id)).toBe(1);
    expect((await send(h, id, { key: crypto.randomUUID() })).status).toBe(202);
    expect((await send(h, id, { key: crypto.randomUUID() })).body.code).toBe("org_quota");
  });

  test("users without an organization share one", async () => {
    const h = limited(2);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await send(h, (await givenUser(h)).id)).status);
    expect(statuses).toEqual([202, 202, 429]);
  });

  test("a batch goes whole or not at all, also when it is one of several organizations", async () => {
    const h = limited(3);
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    const mine = [await givenUser(h, { org }), await givenUser(h, { org })];
    const theirs = await givenUser(h, { org: other });
    const batch = (ids: readonly string[]) =>
      h.request("POST", `${PUSHES}/batch`, {
        body: { targets: ids.map((id) => aPush(id)) },
        headers: { prefer: "respond-async" },
      });
    const [a = "", b = ""] = mine.map(({ id }) => id);
    const refused = await batch([a, a, b, b, theirs.id]);
    expect([refused.status, refused.body.code]).toEqual([429, "org_quota"]);
    expect(await count("dispatches", "org_id IN (?, ?)", org, other)).toBe(0);
    expect((await batch([a, a, b])).status).toBe(202);
    // What the refused batch had taken of the other's is given back.
    expect((await batch([theirs.id, theirs.id, theirs.id])).status).toBe(202);
    expect((await batch([theirs.id])).status).toBe(429);
  });

  test("a message counts once for each 4 KB that it stores", async () => {
    const row = { org_id: null, title: "t", body: "b", data: null, payload: null };
    expect(unitsOf(row)).toBe(1);
    expect(unitsOf({ ...row, title: "t".repeat(96), body: "ø".repeat(2_000) })).toBe(1);
    expect(unitsOf({ ...row, title: "t".repeat(97), body: "ø".repeat(2_000) })).toBe(2);
    expect(unitsOf({ ...row, data: "x".repeat(3 * 4_096) })).toBe(4);
  });

  test("is not stopped by a quota that does not answer", async () => {
    const h = limited(1);
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    h.ctx.quotas.spend = () => Promise.reject(new Error("away"));
    h.ctx.quotas.charge = () => Promise.reject(new Error("away"));
    for (const key of [undefined, crypto.randomUUID(), crypto.randomUUID()])
      expect((await send(h, id, key === undefined ? {} : { key })).status).toBe(202);
    expect(h.logged.filter((line) => line.includes("quota_failed"))).toHaveLength(3);
  });

  test("gives nothing back to a quota that did not answer, when the send fails", async () => {
    const h = limited(1);
    const { id } = await givenUser(h, { org: await givenOrg(h) });
    const { quotas } = h.ctx;
    quotas.spend = () => Promise.reject(new Error("away"));
    const given: number[] = [];
    quotas.giveBack = (_, units) => void given.push(units);
    h.meter.failNext("before", "D1_ERROR: no such thing");
    expect((await send(h, id, { key: crypto.randomUUID() })).status).toBe(500);
    expect(given).toEqual([]);
  });

  test("reminders, tests and records of what others sent count, too", async () => {
    const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "1" });
    const org = await givenOrg(h);
    const [first, second] = [await givenReader(h, { org }), await givenReader(h, { org })];
    for (const { id } of [first, second]) await givenCertificate(h, id, 10);
    expect((await remind(h, first.id)).status).toBe(202);
    expect((await remind(h, second.id)).body.code).toBe("org_quota");
    const caller = { role: "user", sub: second.id, org, email: second.email } as const;
    const test = await h.request("POST", `${PUSHES}/test`, { as: caller });
    expect([test.status, test.body.code]).toEqual([429, "org_quota"]);
    const mentor = mint("pm");
    await h.request("PUT", `/api/v1/directory/peer-mentors/${mentor}`, {
      body: { full_name: "Kari Nordmann", org_id: org, current_status: "active" },
    });
    const record = await h.request("POST", "/api/v1/notification-records", {
      as: { role: "org_admin", sub: "admin", org },
      body: { peer_mentor_id: mentor, event_type: "pause_activated", channels_notified: ["email"] },
    });
    expect([record.status, record.body.code]).toEqual([429, "org_quota"]);
  });
});

test("a reminder is counted when it is asked for, and not again when it goes", async () => {
  const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "2" });
  const org = await givenOrg(h);
  const readers = [
    await givenReader(h, { org }),
    await givenReader(h, { org }),
    await givenReader(h, { org }),
  ];
  const statuses = [];
  for (const { id } of readers) {
    await givenCertificate(h, id, 10);
    statuses.push((await remind(h, id)).status);
    await h.drain();
  }
  expect(statuses).toEqual([202, 202, 429]);
  expect(h.resend.accepted).toHaveLength(2);
});

test("a test e-mail uses up a unit of its user's organization", async () => {
  const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "1" });
  const org = await givenOrg(h);
  const { id, email } = await givenReader(h, { org });
  const as = { role: "user", sub: id, org, email } as const;
  expect((await h.request("POST", `${PUSHES}/test`, { as })).status).toBe(200);
  expect((await send(h, id, { key: crypto.randomUUID() })).body.code).toBe("org_quota");
});

describe("a change by staff", () => {
  test("that is audited counts in the caller's organization", async () => {
    const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "3" });
    const org = await givenOrg(h);
    const reader = await givenReader(h, { org });
    await givenCertificate(h, reader.id, 10);
    const { body } = await remind(h, reader.id);
    const as = { role: "org_admin", sub: "admin", org } as const;
    const path = `/api/v1/admin/notifications/${body.data.dispatch_id}`;
    const note = () => h.request("PUT", path, { as, body: { action: "update", note: "Called her" } });
    expect([(await note()).status, (await note()).status]).toEqual([200, 200]);
    const audited = () => count("audit_log", "actor = ?", "org_admin:admin");
    const before = await audited();
    const refused = [
      await note(),
      await h.request("PUT", path, { as, body: { action: "retry" } }),
      await h.request("DELETE", path, { as }),
      await h.request("POST", "/api/v1/admin/notifications/bulk-certification-reminders", {
        as,
        body: { org_id: org, days_threshold: 30 },
      }),
      await h.request("PUT", `/api/v1/notification-records/${printId("nr", crypto.randomUUID())}`, {
        as,
        body: { notes: "x" },
      }),
    ];
    expect(refused.map(({ status, body: { code } }) => [status, code])).toEqual(
      refused.map(() => [429, "org_quota"]),
    );
    expect(await audited()).toBe(before);
  });
});

test("devices that nobody answers for, in an open contract, count in what users without an organization share", async () => {
  const h = limited(2);
  const register = (as?: null) => {
    const user = mint("usr");
    const body = { user_id: user, token: `ExponentPushToken[${user}]`, platform: "ios" };
    return h.request("POST", `${PUSHES}/device-tokens`, { body, ...(as === null && { as }) });
  };
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await register(null)).status);
  expect(statuses).toEqual([201, 201, 429]);
  expect((await register()).status).toBe(201);
});

describe("what the system sends over its organization's quota", () => {
  test("what finds its user booked out counts nothing until it has a slot", async () => {
    const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "30", EMAIL_LIMIT_PER_HOUR: "1" });
    const org = await givenOrg(h);
    const [reader, other] = [await givenReader(h, { org }), await givenReader(h, { org })];
    // One goes now, and one in each of the next 24 hours.
    await mailNow(h, await givenMails(h, Array(30).fill(reader.id), { orgId: org, slotTaken: false }));
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await send(h, other.id, { key: crypto.randomUUID() })).status);
    expect(statuses).toEqual([...Array(5).fill(202), 429]);
  });

  test("waits for the next day, is not lost, and does not hold up other organizations", async () => {
    const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "2" });
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    const welcome = async (org_id: string) => {
      const id = mint("usr");
      await h.request("PUT", `/api/v1/directory/users/${id}`, {
        body: { name: "Kari", email: `${id}@example.com`, email_verified: true, org_id },
      });
    };
    for (const each of [org, org, org, org, other]) await welcome(each);
    const now = h.clock.now();
    await h.drain();
    const ids = async () =>
      (
        await h.deps.bindings.DB.prepare("SELECT id FROM dispatches WHERE org_id = ?")
          .bind(org)
          .all<{ id: string }>()
      ).results.map(({ id }) => id);
    const waiting = (await dispatchesOf(await ids())).filter(({ status }) => status === "queued");
    expect(h.resend.accepted).toHaveLength(3);
    expect(waiting).toHaveLength(2);
    const midnight = (Math.floor(now / DAY) + 1) * DAY;
    for (const { due_at, attempts, slot_at } of waiting) {
      expect(due_at).toBeGreaterThanOrEqual(midnight);
      expect(due_at).toBeLessThanOrEqual(midnight + HOUR);
      expect([attempts, slot_at]).toEqual([0, null]);
    }
    for (let hour = 0; hour < 18; hour++) {
      h.clock.advance(HOUR);
      await h.tick();
      await h.drain();
    }
    expect((await dispatchesOf(await ids())).map(({ status }) => status)).toEqual(Array(4).fill("sent"));
  });
});
