import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { DispatchStatus } from "../../../src/db/schema/index.ts";
import { dispatchRow, insertDispatches } from "../../../src/outbox/create.ts";
import { createHarness, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { lacks } from "../../support/same-shape.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import * as examples from "./examples.ts";

const BASE = "/api/v1/notifications";
const DAY = 86_400_000;

const get = (h: Harness, sub: string, path: string) =>
  h.request("GET", `${BASE}${path}`, { as: { role: "user", sub } });

/** E-mails as they lie in the log. Returns their ids. */
async function givenEmails(
  h: Harness,
  userId: string,
  ...mails: { type?: string; status?: DispatchStatus; org?: string | null }[]
) {
  const rows = mails.map(({ type = "new_match", status = "sent", org = null }) => ({
    ...dispatchRow(h.ctx, {
      channel: "email",
      lane: "bulk",
      type,
      userId,
      orgId: org,
      grantId: "g",
      matchId: "m",
    }),
    status,
    title: "3 New Grant Matches Found",
    to_address: "user@example.com",
    provider_message_id: "ses-msg-12345",
    sent_at: h.clock.now(),
    delivered_at: h.clock.now(),
    wake_at: null,
  }));
  await h.ctx.db.write({ dispatches: insertDispatches(rows) });
  return rows.map(({ id }) => id);
}

describe("the history", () => {
  test("has every field of the contract's example", async () => {
    const h = createHarness();
    const user = mint("usr");
    const [id] = await givenEmails(h, user, { status: "delivered" });
    h.meter.reset();
    const { status, body } = await get(
      h,
      user,
      "/history?notification_type=new_match&status=delivered&page=1",
    );
    expect(h.meter.trips).toBe(1);
    expect(status).toBe(200);
    expect(lacks(body, examples.historyAnswer)).toEqual([]);
    expect(body).toMatchObject({
      items: [{ id, user_id: user }],
      total: 1,
      page: 1,
      page_size: 20,
      total_pages: 1,
    });
    expect((await get(h, user, `/history/${id}`)).body).toEqual(body.items[0]);
  });

  test.each([
    ["queued", "pending"],
    ["sending", "pending"],
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["bounced", "bounced"],
    ["failed", "failed"],
  ] as const)("shows %s as %s, and is filtered by it", async (status, shown) => {
    const h = createHarness();
    const { id: user } = await givenUser(h);
    const [id] = await givenEmails(h, user, { status });
    expect((await get(h, user, `/history/${id}`)).body.status).toBe(shown);
    // What was not sent may have been stopped because it was wrong: admins alone read it.
    const subject = ["sent", "delivered", "bounced"].includes(status) ? "3 New Grant Matches Found" : null;
    expect((await get(h, user, `/history/${id}`)).body.email_subject).toBe(subject);
    expect((await get(h, user, "/history")).body.items[0].email_subject).toBe(subject);
    const staffs = await h.request("GET", `${BASE}/history/${id}?user_id=${user}`, { as: SERVICE });
    expect(staffs.body.email_subject).toBe("3 New Grant Matches Found");
    for (const wanted of ["pending", "sent", "delivered", "bounced", "failed"]) {
      const { body } = await get(h, user, `/history?status=${wanted}`);
      expect(body.total).toBe(wanted === shown ? 1 : 0);
    }
  });

  test("leaves out what was cancelled, what is no e-mail, and what is another's", async () => {
    const h = createHarness();
    const [user, other] = [mint("usr"), mint("usr")];
    const [cancelled] = await givenEmails(h, user, { status: "cancelled" });
    const [foreign] = await givenEmails(h, other, {});
    const push = dispatchRow(h.ctx, {
      channel: "push",
      lane: "push",
      type: "push",
      userId: user,
      orgId: null,
    });
    await h.ctx.db.write({ dispatches: insertDispatches([push]) });
    expect((await get(h, user, "/history")).body).toMatchObject({ items: [], total: 0, total_pages: 0 });
    for (const id of [
      cancelled,
      foreign,
      push.id,
      crypto.randomUUID(),
      "d4e5f6a7-b8c9-0123-def0-456789012345",
    ])
      expect((await get(h, user, `/history/${id}`)).status).toBe(404);
  });

  test("of one user leaves out a colleague's, whoever asks", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const [kari, ola] = [await givenUser(h, { org }), await givenUser(h, { org })];
    const [id] = await givenEmails(h, ola.id, { org });
    for (const as of [SERVICE, { role: "org_admin", sub: mint("admin"), org } as const]) {
      const statusFor = async (user: string) =>
        (await h.request("GET", `${BASE}/history/${id}?user_id=${user}`, { as })).status;
      expect([await statusFor(kari.id), await statusFor(ola.id)]).toEqual([404, 200]);
    }
  });

  test("comes in pages, newest first", async () => {
    const h = createHarness();
    const user = mint("usr");
    const ids = await givenEmails(h, user, ...Array.from({ length: 25 }, () => ({})));
    const first = (await get(h, user, "/history")).body;
    expect(first).toMatchObject({ total: 25, page: 1, page_size: 20, total_pages: 2 });
    const second = (await get(h, user, "/history?page=2")).body;
    const shown = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect(shown).toEqual(ids.toReversed());
    expect((await get(h, user, "/history?page=3")).body.items).toEqual([]);
  });

  test("goes on with a cursor, also while new e-mails come, and each is seen once", async () => {
    const h = createHarness();
    const user = mint("usr");
    const ids = await givenEmails(h, user, ...Array.from({ length: 12 }, () => ({})));
    const seen: string[] = [];
    let next = "";
    for (let left = 5; left > 0; left--) {
      h.meter.reset();
      const { status, body } = await get(h, user, `/history?page_size=5${next}`);
      expect([status, h.meter.trips, body.page_size]).toEqual([200, 1, 5]);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next_cursor === undefined) break;
      next = `&cursor=${body.next_cursor}`;
      h.clock.advance(1_000);
      await givenEmails(h, user, {});
    }
    expect(seen).toEqual(ids.toReversed());
  });

  test.each([
    "page=0",
    "page=x",
    "page_size=0",
    "page_size=101",
    "status=queued",
    "notification_type=x",
    "page=9999999",
    "cursor=x",
    "cursor=!",
    "limit=20",
  ])("refuses ?%s and names it", async (query) => {
    const { status, body } = await get(createHarness(), mint("usr"), `/history?${query}`);
    expect([status, body.errors[0].pointer]).toEqual([400, query.split("=")[0]]);
  });

  test.each(["x", "h1a2b3c4-d5e6-7890-abcd-ef1234567890", "123", "%00"])(
    "an id like %s is refused",
    async (id) => {
      expect((await get(createHarness(), mint("usr"), `/history/${id}`)).status).toBe(400);
    },
  );
});

describe("the statistics", () => {
  test("count what occurred, by type and by state, and add up with what retention has removed", async () => {
    const h = createHarness();
    const user = mint("usr");
    await givenEmails(h, user, { type: "welcome", status: "failed" });
    h.clock.advance(8 * DAY);
    await givenEmails(h, user, {}, { status: "queued" }, { status: "sending" }, { status: "cancelled" });
    await env.DB.prepare(
      "INSERT INTO email_totals (user_id, type, status, n) VALUES (?, 'new_match', 'delivered', 40)",
    )
      .bind(user)
      .run();
    h.meter.reset();
    const { status, body } = await get(h, user, "/stats");
    expect(h.meter.trips).toBe(1);
    expect(status).toBe(200);
    expect(lacks(body, { ...examples.statsAnswer, by_type: {}, by_status: {} })).toEqual([]);
    expect(body).toEqual({
      total_notifications: 44,
      notifications_last_7_days: 3,
      by_type: { welcome: 1, new_match: 43 },
      by_status: { failed: 1, sent: 1, pending: 2, delivered: 40 },
    });
  });

  test("of who got nothing are empty", async () => {
    const { body } = await get(createHarness(), mint("usr"), "/stats");
    expect(body).toEqual({
      total_notifications: 0,
      notifications_last_7_days: 0,
      by_type: {},
      by_status: {},
    });
  });
});

describe("the health", () => {
  const world = (providers = "ses,resend") => createHarness({ vars: { EMAIL_PROVIDERS: providers } });
  const health = async (h: Harness) => (await get(h, mint("usr"), "/health")).body;
  const fail = async (h: Harness, name: string, times: number) => {
    for (let i = 0; i < times; i++) await h.ctx.gates("email", name).report({ kind: "error" });
  };

  test("is as in the contract's example, and costs no round trip to D1", async () => {
    const h = world();
    h.meter.reset();
    const body = await health(h);
    expect(h.meter.trips).toBe(0);
    expect(lacks(body, examples.healthAnswer)).toEqual([]);
    expect(body).toEqual({ status: "healthy", backend: "ses", rate_limit: "0/100" });
  });

  test("shows the caller's own usage", async () => {
    const h = world();
    const user = mint("usr");
    await h.ctx.limiters.of(user).slots({ name: "email", limit: 100, periodMs: 3_600_000 }, ["a", "b", "c"]);
    expect((await get(h, user, "/health")).body.rate_limit).toBe("3/100");
    expect((await health(h)).rate_limit).toBe("0/100");
  });

  test("is degraded with errors, over another provider, and while one asks for a pause", async () => {
    const some = world();
    await fail(some, "ses", 1);
    expect(await health(some)).toMatchObject({ status: "degraded", backend: "ses" });
    const over = world();
    await fail(over, "ses", 5);
    expect(await health(over)).toMatchObject({ status: "degraded", backend: "resend" });
    const paused = world("ses");
    await paused.ctx.gates("email", "ses").report({ kind: "throttled", afterMs: 60_000 });
    expect(await health(paused)).toMatchObject({ status: "degraded", backend: "ses" });
  });

  test("is unavailable when no provider can be reached, by circuit or by probe", async () => {
    const open = world();
    await fail(open, "ses", 5);
    await fail(open, "resend", 5);
    expect(await health(open)).toMatchObject({ status: "unavailable" });
    const silent = world("ses");
    silent.ses.failNext({ kind: "drop" });
    expect(await health(silent)).toMatchObject({ status: "unavailable", backend: "ses" });
  });

  test("asks a provider's account once a minute at most", async () => {
    const h = world("ses");
    for (let i = 0; i < 5; i++) await health(h);
    expect(h.ses.requests).toHaveLength(1);
    h.clock.advance(60_000);
    await health(h);
    expect(h.ses.requests).toHaveLength(2);
  });
});

test.each(["/history", `/history/${crypto.randomUUID()}`, "/stats", "/health"])(
  "%s needs a token",
  async (path) => {
    expect((await createHarness().request("GET", `${BASE}${path}`, { as: null })).status).toBe(401);
  },
);
