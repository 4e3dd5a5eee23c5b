import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { isSuppressed } from "../../../src/channels/email/suppressions.ts";
import { insertRows } from "../../../src/db/json.ts";
import { suppressions, type SuppressionReason, users } from "../../../src/db/schema/index.ts";
import { DAY } from "../../../src/lib/clock.ts";
import { parseId } from "../../../src/lib/ids.ts";
import { rows } from "../../notifications/grants/world.ts";
import { createHarness, mint } from "../../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../../support/mail.ts";
import { dispatchOf } from "../../support/pipeline.ts";

const PATH = "/api/v1/directory/suppressions";
const h = createHarness();

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM suppressions").run();
});

async function given(
  email: string,
  reason: SuppressionReason = "bounce",
  expires_at: number | null = h.clock.now() + 90 * DAY,
): Promise<void> {
  const row = { id: h.ctx.ids.uuid(), email, reason, expires_at, created_at: h.clock.now() };
  await h.ctx.db.write({ suppression: insertRows(suppressions, [row]) });
}

const lookup = (email: string) => h.request("POST", `${PATH}/lookup`, { body: { email } });

describe("the list", () => {
  test("lists addresses, reasons and dates, newest first", async () => {
    await given("kari@example.com");
    await given("ola@example.com", "complaint", null);
    const now = h.clock.now();
    const { status, body } = await h.request("GET", PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          id: expect.stringMatching(/^sup_/),
          email: "ola@example.com",
          phone: null,
          reason: "complaint",
          created_at: new Date(now).toISOString(),
          expires_at: null,
        },
        {
          id: expect.stringMatching(/^sup_/),
          email: "kari@example.com",
          phone: null,
          reason: "bounce",
          created_at: new Date(now).toISOString(),
          expires_at: new Date(now + 90 * DAY).toISOString(),
        },
      ],
      pagination: { page: 1, limit: 20, total: 2 },
    });
  });

  test("goes on by page and by cursor, in one round trip, and leaves out what has expired", async () => {
    const emails = ["a", "b", "c", "d", "e"].map((name) => `${name}@example.com`);
    for (const email of emails) await given(email);
    await given("over@example.com", "bounce", h.clock.now());
    h.meter.reset();
    const first = await h.request("GET", `${PATH}?limit=2`);
    expect(h.meter.trips).toBe(1);
    expect(first.body.pagination).toMatchObject({ total: 5 });
    const second = await h.request("GET", `${PATH}?limit=2&cursor=${first.body.pagination.next_cursor}`);
    const third = await h.request("GET", `${PATH}?limit=2&page=3`);
    const listed = [first, second, third].flatMap(({ body }) => body.data);
    expect(listed.map(({ email }: { email: string }) => email)).toEqual(emails.toReversed());
    // The address is in no cursor, which stands in a URL.
    expect(atob(first.body.pagination.next_cursor)).toMatch(/^[0-9a-f-]{36}\.5$/);
  });

  test("reads no more than its page, and sorts nothing", async () => {
    h.meter.reset();
    await h.request("GET", `${PATH}?cursor=${btoa(h.ctx.ids.uuid()).replaceAll("=", "")}`);
    const plans = await Promise.all(
      h.meter.statements.map(({ sql: text, params }) => rows(`EXPLAIN QUERY PLAN ${text}`, ...params)),
    );
    const [page = [], total = []] = plans.map((steps) => steps.map(({ detail }) => String(detail)));
    expect(page).toEqual(["SEARCH suppressions USING INDEX suppressions_by_id (id<?)"]);
    expect(total.join()).not.toContain("TEMP B-TREE");
  });
});

describe("an address", () => {
  test.each(["kari@xn--bcher-kva.example", "Kari@BÜCHER.example", "KARI@xn--bcher-kva.EXAMPLE"])(
    "is found by any of its spellings: %s",
    async (email) => {
      await given("kari@xn--bcher-kva.example");
      expect(await lookup(email)).toMatchObject({ status: 200, body: { reason: "bounce" } });
    },
  );

  test("to which mail may be sent is a 404, and what is none a 400", async () => {
    await given("over@example.com", "bounce", h.clock.now());
    expect((await lookup("nobody@example.com")).status).toBe(404);
    expect((await lookup("over@example.com")).status).toBe(404);
    expect(await lookup("nobody")).toMatchObject({ status: 400, body: { errors: [{ pointer: "/email" }] } });
    expect((await h.request("POST", `${PATH}/lookup`, { body: {} })).status).toBe(400);
  });

  test("that a user has in another spelling is suppressed", async () => {
    await given("kari@xn--bcher-kva.example");
    const id = mint("usr");
    const body = { email: "Kari@Bücher.example", email_verified: true };
    await h.request("PUT", `/api/v1/directory/users/${id}?notify=false`, { body });
    const { found } = await h.ctx.db.read({
      found: sql`SELECT ${isSuppressed(sql`u.email`, h.clock.now())} AS suppressed FROM ${users} u WHERE id = ${id}`,
    });
    expect(found).toEqual([{ suppressed: 1 }]);
  });
});

describe("lifting", () => {
  const lift = (id: string) => h.request("DELETE", `${PATH}/${id}`);

  test("lets mail be sent again", async () => {
    const world = createMailWorld();
    const reader = await givenReader(world);
    await given(reader.email);
    const [refused = "", sent = ""] = await givenMails(world, [reader.id, reader.id]);
    await mailNow(world, [refused]);
    expect(await dispatchOf(refused)).toMatchObject({ status: "failed", error_code: "suppressed" });

    const { id } = (await lookup(reader.email)).body;
    expect(await lift(id)).toMatchObject({ status: 200, body: { deleted: true, id } });
    expect((await lookup(reader.email)).status).toBe(404);
    await mailNow(world, [sent]);
    expect(await dispatchOf(sent)).toMatchObject({ status: "sent" });
  });

  test("is audited: who, what and since when, but not whose", async () => {
    await given("kari@example.com", "complaint", null);
    const { id } = (await lookup("kari@example.com")).body;
    h.meter.reset();
    const as = { role: "global_admin", sub: mint("admin") } as const;
    await h.request("DELETE", `${PATH}/${id}`, { as });
    expect(h.meter.trips).toBe(1);
    const found = await rows(
      "SELECT action, target, detail FROM audit_log WHERE actor = ?",
      `global_admin:${as.sub}`,
    );
    expect(found).toEqual([
      {
        action: "suppression.lift",
        target: parseId("sup", id),
        detail: JSON.stringify({ complaint: 1, suppressed_at: h.clock.now(), expires_at: null }),
      },
    ]);
    expect(h.logged.join()).not.toContain("kari@example.com");
  });

  test("again, or of an id that nobody has, is a 404, and is not audited", async () => {
    await given("kari@example.com");
    const { id } = (await lookup("kari@example.com")).body;
    await lift(id);
    const before = await rows("SELECT count(*) AS n FROM audit_log");
    for (const unknown of [id, "sup_00000000000000000000000000", "kari@example.com", "x"])
      expect((await lift(unknown)).status).toBe(404);
    expect(await rows("SELECT count(*) AS n FROM audit_log")).toEqual(before);
  });

  test("that was committed before its answer was lost is answered as done", async () => {
    await given("kari@example.com");
    const { id } = (await lookup("kari@example.com")).body;
    h.meter.failNext("after", "D1_ERROR: Network connection lost.");
    expect((await lift(id)).status).toBe(200);
    expect((await lookup("kari@example.com")).status).toBe(404);
  });
});

test("whoever writes a suppression without an id gets one made by the database", async () => {
  await env.DB.prepare(
    "INSERT INTO suppressions (email, reason, created_at) VALUES ('a@example.com', 'bounce', 0), ('b@example.com', 'bounce', 0)",
  ).run();
  const { body } = await h.request("GET", PATH);
  expect(new Set(body.data.map(({ id }: { id: string }) => id)).size).toBe(2);
  const [made] = await rows("SELECT id FROM suppressions LIMIT 1");
  expect(made?.["id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  // The order of time: made now.
  expect(
    Math.abs(Number.parseInt(String(made?.["id"]).replaceAll("-", "").slice(0, 12), 16) - Date.now()),
  ).toBeLessThan(60_000);
});
