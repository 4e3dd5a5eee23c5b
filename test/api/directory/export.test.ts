import { env } from "cloudflare:workers";
import { getTableName, is, sql } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { insertRows } from "../../../src/db/json.ts";
import * as schema from "../../../src/db/schema/index.ts";
import { NAMING, OWNED } from "../../../src/directory/erase-user.ts";
import { exportUser } from "../../../src/directory/export/export-user.ts";
import { sectionsOf } from "../../../src/directory/export/sections.ts";
import { MINUTE } from "../../../src/lib/clock.ts";
import { type Caller, createHarness, type Harness, mint } from "../../support/harness.ts";
import { createWorld, givenDispatches } from "../../support/pipeline.ts";
import { expectNoScan } from "../../support/plans.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { streamed } from "../../../src/http/streamed.ts";

const exported = (h: Harness, id: string, as?: Caller) =>
  h.request("GET", `/api/v1/directory/users/${id}/export`, as && { as });

/** Why a table is in no export. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  optouts: "not used any more: what was in it are preferences now",
  topic_subscribers: "its topics are exported",
  deliveries: "with the dispatches",
  users: "a field of its own",
  preferences: "a field of its own",
  occasions: "keys that programs need: what they name is exported",
  erased_users: "a hash of somebody of whom there is nothing else",
  audit_log: "what staff did; it has ids and numbers only, and is kept for safety",
  idempotency_keys: "hashes, for a day",
  orgs: "of nobody",
  job_progress: "of nobody",
  grants: "of nobody",
  deadline_moves: "of nobody",
  org_settings: "of nobody",
  own_types: "of nobody",
  webhook_endpoints: "of nobody: an organization's",
  wordings: "of nobody",
  wording_versions: "of nobody: who wrote it is staff",
  job_runs: "of nobody",
  hourly_counts: "of nobody: numbers",
  counted_hours: "of nobody",
  dead_letters: "of nobody: numbers",
  dev_outbox: "on a development machine only",
};

test("every table is exported, or left out with a reason", () => {
  const subject = { id: "u", scope: { kind: "all" }, create: null } as const;
  const names = new Set(Object.values(sectionsOf(subject, true)).map(({ table }) => getTableName(table)));
  const tables = Object.values(schema as Record<string, unknown>).filter((value) => is(value, SQLiteTable));
  expect(tables.length).toBeGreaterThan(20);
  const missing = tables.map(getTableName).filter((name) => !names.has(name) && !(name in LEFT_OUT));
  expect(missing).toEqual([]);
  // What erasure removes is known to both.
  for (const { table } of [...OWNED, ...NAMING])
    expect(names.has(getTableName(table)) || getTableName(table) in LEFT_OUT).toBe(true);
});

/** A row in each table of the user, or that names them. */
async function givenRowsEverywhere(h: Harness, id: string, org: string): Promise<void> {
  const now = h.clock.now();
  const times = { created_at: now, updated_at: now };
  const uuid = () => h.deps.ids.uuid();
  const mentor = mint("pm");
  await h.ctx.db.write({
    certifications: insertRows(schema.certifications, [
      { id: mint("c"), user_id: id, org_id: org, name: "First aid", expires_at: now, known_since: now },
    ]),
    activities: insertRows(schema.activities, [
      { id: mint("a"), user_id: id, status: "completed", minutes: 90, occurred_at: now },
    ]),
    applications: insertRows(schema.applications, [
      { id: mint("a"), user_id: id, grant_id: "g", status: "draft", status_seq: 1, updated_at: now },
    ]),
    chats: insertRows(schema.chatConnections, [
      {
        ...{
          id: uuid(),
          user_id: id,
          kind: "discord",
          name: "Mine",
          secret: "sealed-secret",
          sealed_by: "k",
        },
        ...{ hint: "discord.com/…", ...times },
      },
    ]),
    matches: insertRows(schema.matches, [
      { id: mint("m"), user_id: id, grant_id: "g", score: 77, created_at: now },
    ]),
    schedules: insertRows(schema.userSchedules, [{ user_id: id, kind: "digest", next_at: now }]),
    totals: insertRows(schema.emailTotals, [{ user_id: id, type: "welcome", status: "sent", n: 3 }]),
    withheld: insertRows(schema.withheld, [
      { day: 20_000, user_id: id, type: "new_match", channel: "email", reason: "below_threshold", n: 2 },
    ]),
    topics: insertRows(schema.topics, [
      { org_id: org, id: mint("t"), uuid: `${id}-t`, name: "News", ...times },
    ]),
    subscribers: insertRows(schema.topicSubscribers, [{ topic: `${id}-t`, user_id: id }]),
    suppressions: insertRows(
      schema.suppressions,
      [{ email: "kari@example.com", reason: "complaint", created_at: now }],
      { onConflict: sql`ON CONFLICT DO NOTHING` },
    ),
    subscriptions: insertRows(schema.statsSubscriptions, [
      {
        ...{ id: uuid(), user_id: id, time_window: "weekly", status: "active", total_activities: 1 },
        ...{ completed_activities: 1, completed_minutes: 90, last_refreshed_at: now, stale_at: now },
        ...{ period: "2026-W13", next_at: now, ...times },
      },
    ]),
    mentors: insertRows(schema.peerMentors, [
      {
        ...{ id: mentor, org_id: org, coordinator_id: id, full_name: "Somebody Else", status: "active" },
        ...{ status_seq: 1, updated_at: now },
      },
    ]),
    records: insertRows(schema.notificationRecords, [
      {
        ...{ id: uuid(), peer_mentor_id: mentor, event_type: "pause_activated", reason: "Is ill" },
        ...{ coordinator_id: id, channels_notified: "[]", dispatch_ids: "[]", source: "client" },
        ...{ channels_fixed: false, sent_at: now, updated_at: now },
      },
    ]),
    events: insertRows(schema.events, [
      {
        ...{ id: uuid(), org_id: org, type: "t", type_data: "{}", data: `{"of":"others"}`, actor: id },
        ...{ recipients: "{}", dry_run: false, status: "done", after: "", recipient_count: 0 },
        ...{ message_count: 0, skipped: "{}", created_by: "service:1", ...times },
      },
    ]),
  });
}

/** Somebody of whom there is something everywhere. */
async function givenSomebody(h: Harness) {
  const org = await givenOrg(h);
  const { id, tokens } = await givenUser(h, { org, email: "Kari@example.com" });
  await givenRowsEverywhere(h, id, org);
  const sent = await h.request("POST", "/api/v1/notifications", {
    body: { user_id: id, title: "Hello", body: "There", data: { a: 1 } },
  });
  await env.DB.prepare("UPDATE dispatches SET note = 'Staff only' WHERE user_id = ?").bind(id).run();
  await h.request("PATCH", `/api/v1/preferences?user_id=${id}`, {
    body: { categories: { matches: { email: false }, orders: { push: false } } },
  });
  return { org, id, tokens, sent: sent.body };
}

describe("an export", () => {
  test("has something of every section, and of a token only its end", async () => {
    const h = createHarness();
    const { id, org, tokens, sent } = await givenSomebody(h);
    h.meter.reset();
    const { status, body, headers } = await exported(h, id);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("content-disposition")).toContain("attachment");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(h.meter.trips).toBe(1);
    // Nothing but the entry of the audit log.
    expect(h.meter.rowsWritten).toBe(1);
    expect(body).toMatchObject({
      user_id: id,
      user: { id, org_id: org, email: "Kari@example.com", email_verified: true },
      preferences: { new_match_notifications: false, cells: { orders: { push: false } } },
      suppressions: [{ email: "kari@example.com", reason: "complaint" }],
      certifications: [{ name: "First aid" }],
      activities: [{ hours: 1.5 }],
      topics: [{ org_id: org, name: "News" }],
      withheld: [{ date: "2024-10-04", reason: "below_threshold", count: 2 }],
      dispatches: [
        {
          title: "Hello",
          body: "There",
          data: { a: 1 },
          status: "sent",
          note: "Staff only",
          timeline: [{ did: "attempted", at: "2026-03-26T08:00:00.100Z", outcome: "accepted" }],
          deliveries: [{ status: "accepted" }],
        },
      ],
      complete: true,
    });
    for (const [name, value] of Object.entries<unknown>(body))
      if (Array.isArray(value)) expect(value.length, name).toBeGreaterThan(0);
    const text = JSON.stringify(body);
    for (const token of tokens) expect(text).not.toContain(token);
    // Of others: a mentor, the reason of a pause, an event's data.
    for (const others of ["Somebody Else", "Is ill", "others"]) expect(text).not.toContain(others);
    expect(body.dispatches[0].id.slice(4)).toBe(sent.id.slice(6));
  });

  test("of one's own has no notes of staff, and is not audited", async () => {
    const h = createHarness();
    const { id, org } = await givenSomebody(h);
    h.meter.reset();
    const { status, body } = await exported(h, id, { role: "user", sub: id, org });
    expect(status).toBe(200);
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
    expect(body.dispatches).toHaveLength(1);
    expect(JSON.stringify(body)).not.toContain("Staff only");
    for (const staffs of ["provider_message_id", "timeline", "note"])
      expect(body.dispatches[0]).not.toHaveProperty(staffs);
  });

  test.each([
    ["queued", null],
    ["cancelled", null],
    ["failed", null],
    ["sent", "Not for now"],
    ["delivered", "Not for now"],
  ] as const)("of one's own tells what a message says once it was sent: %s", async (state, title) => {
    const h = createHarness();
    const { id } = await givenUser(h);
    await givenDispatches(h, [id], { title: "Not for now", body: "Stopped", payload: { secret: "Stopped" } });
    await env.DB.prepare("UPDATE dispatches SET status = ?1 WHERE user_id = ?2").bind(state, id).run();
    const own = (await exported(h, id, { role: "user", sub: id })).body.dispatches;
    expect(own).toMatchObject([{ status: state, title }]);
    expect(JSON.stringify(own).includes("Stopped")).toBe(title !== null);
    expect((await exported(h, id)).body.dispatches).toMatchObject([{ title: "Not for now" }]);
  });

  test("for an org_admin has what was sent in the own organizations, and what is theirs", async () => {
    const h = createHarness();
    const { id, org } = await givenSomebody(h);
    const former = await givenOrg(h);
    await givenDispatches(h, [id], { orgId: former, title: "Of a former organization" });
    await env.DB.batch([
      env.DB.prepare("UPDATE topics SET org_id = ? WHERE uuid = ?").bind(former, `${id}-t`),
      env.DB.prepare("UPDATE events SET org_id = '' WHERE actor = ?").bind(id),
      env.DB.prepare("UPDATE peer_mentors SET org_id = NULL WHERE coordinator_id = ?").bind(id),
    ]);
    const admin: Caller = { role: "org_admin", sub: "adm", org };
    const { status, body } = await exported(h, id, admin);
    expect(status).toBe(200);
    expect(body.certifications).toHaveLength(1);
    expect(body.dispatches.map(({ title }: { title: string }) => title)).toEqual(["Hello"]);
    for (const others of ["topics", "events_caused", "coordinator_of", "notification_records"])
      expect(body[others], others).toEqual([]);
    // They have no user there any more.
    expect((await exported(h, id, { ...admin, org: former })).status).toBe(404);
  });

  test("is written down when an admin makes it, without the user's id", async () => {
    const h = createHarness();
    const id = "somebody@example.com";
    await givenUser(h, { id });
    await exported(h, id);
    const { results } = await env.DB.prepare("SELECT * FROM audit_log WHERE action = 'user.export'").all();
    expect(results).toContainEqual(expect.objectContaining({ actor: "service:svc_test" }));
    expect(JSON.stringify(results)).not.toContain(id);
  });

  test("says whether an address is suppressed to its owner, and of one that is not verified to operators alone", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    await env.DB.prepare(
      "INSERT INTO suppressions (email, reason, created_at) VALUES ('victim@example.com', 'complaint', 1)",
    ).run();
    // Whoever has a token with somebody's address, or administers such a user.
    const id = mint("usr");
    const own: Caller = { role: "user", sub: id, org, email: "victim@example.com" };
    const pretender = { ...own, claims: { email_verified: false } };
    const admin: Caller = { role: "org_admin", sub: "adm", org };
    await h.request("GET", "/api/v1/preferences", { as: pretender });
    const found = async (as?: Caller) => (await exported(h, id, as)).body.suppressions.length;
    expect([await found(pretender), await found(admin), await found()]).toEqual([0, 0, 1]);
    await env.DB.prepare("UPDATE users SET email_verified = 1 WHERE id = ?").bind(id).run();
    expect([await found(own), await found(admin), await found()]).toEqual([1, 1, 1]);
  });

  test("of others counts in the quota of the caller's organization, so that the audit log has an end", async () => {
    const h = createHarness({ vars: { ORG_DAILY_QUOTA: "2" } });
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    const admin: Caller = { role: "org_admin", sub: "adm", org };
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await exported(h, id, admin)).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    // Users have nothing to do with it.
    expect((await exported(h, id, { role: "user", sub: id, org })).status).toBe(200);
  });

  test("of one's own there are 10 an hour, of anybody's quota none", async () => {
    const h = createHarness({ vars: { ORG_DAILY_QUOTA: "1" } });
    const [{ id }, other] = [await givenUser(h), await givenUser(h)];
    const own: Caller = { role: "user", sub: id };
    // What is not there takes none.
    for (let i = 0; i < 12; i++) expect((await exported(h, other.id, own)).status).toBe(404);
    for (let i = 0; i < 10; i++) expect((await exported(h, id, own)).status).toBe(200);
    const { status, headers } = await exported(h, id, own);
    expect([status, headers.get("retry-after")]).toEqual([429, "360"]);
    expect((await exported(h, other.id, { role: "user", sub: other.id })).status).toBe(200);
    h.clock.advance(6 * MINUTE);
    expect((await exported(h, id, own)).status).toBe(200);
  });

  test("of nobody is 404, and writes nothing", async () => {
    const h = createHarness();
    const id = mint("nobody");
    h.meter.reset();
    expect((await exported(h, id)).status).toBe(404);
    expect((await exported(h, id, { role: "user", sub: id })).status).toBe(404);
    expect((await exported(h, "a b")).status).toBe(400);
    expect(h.meter.rowsWritten).toBe(0);
  });

  test("of somebody whom the directory does not know has the messages", async () => {
    const h = createHarness();
    const id = mint("usr");
    await givenDispatches(h, [id]);
    const { body } = await exported(h, id);
    expect(body).toMatchObject({ user: null, preferences: null, dispatches: [{}], complete: true });
  });

  test("after erasure there is nothing left to export", async () => {
    const h = createHarness();
    const { id } = await givenSomebody(h);
    await h.request("DELETE", `/api/v1/directory/users/${id}`);
    expect((await exported(h, id)).status).toBe(404);
  });
});

describe("a long export", () => {
  const author = { actor: "service:test", requestId: "r" };

  async function long(h: Harness, dispatches: number, matches: number) {
    const { id } = await givenUser(h);
    for (const channel of ["push", "email"])
      await givenDispatches(
        h,
        Array.from({ length: dispatches / 2 }, () => id),
        { channel, title: "T" },
      );
    const found = Array.from({ length: matches }, (_, i) => ({
      ...{ id: `${id}-${i}`, user_id: id, grant_id: "g", score: 1, created_at: 1 },
    }));
    if (matches > 0) await h.ctx.db.write({ found: insertRows(schema.matches, found) });
    return { id, subject: { id, scope: { kind: "all" as const }, create: null } };
  }

  test("comes in portions, each row once, and each in one round trip that reads what it shows", async () => {
    const h = createWorld();
    const { id } = await long(h, 900, 1_200);
    h.meter.reset();
    const { body } = await exported(h, id);
    expect(new Set(body.dispatches.map((row: { id: string }) => row.id)).size).toBe(900);
    expect(new Set(body.matches.map((row: { id: string }) => row.id)).size).toBe(1_200);
    expect([body.dispatches.length, body.matches.length, body.complete]).toEqual([900, 1_200, true]);
    // 500 matches and 200 messages a trip, the first of both in one.
    expect(h.meter.trips).toBe(1 + 2 + 4);
    expect(h.meter.rowsRead).toBeLessThan(900 * 4 + 1_200 * 6);
  });

  test("is read when somebody takes it, and no further when they leave", async () => {
    const h = createWorld();
    const { subject } = await long(h, 1_000, 0);
    h.meter.reset();
    const reader = streamed(await exportUser(h.ctx, subject, author)).getReader();
    await reader.read();
    expect(h.meter.trips).toBe(1);
    await reader.cancel();
    expect(h.meter.trips).toBe(1);
  });

  test("breaks off when reading fails, so that nobody takes it for the whole", async () => {
    const h = createWorld();
    const { subject } = await long(h, 1_000, 0);
    const { ctx } = h;
    let reads = 0;
    const read: typeof ctx.db.read = async (batch) => {
      if (reads++ === 1) throw new Error("D1 is away");
      return ctx.db.read(batch);
    };
    const pieces = await exportUser({ ...ctx, db: { ...ctx.db, read } }, subject, author);
    await expect(new Response(streamed(pieces)).text()).rejects.toThrow("D1 is away");
    expect(h.logged.join()).toContain("export_broke_off");
  });

  test("says that it is not whole when the request has no queries left", async () => {
    const h = createWorld();
    const { subject } = await long(h, 1_000, 0);
    const { ctx } = h;
    const db = { ...ctx.db, queriesLeft: () => 0 };
    const body = await new Response(streamed(await exportUser({ ...ctx, db }, subject, author))).json();
    expect(body).toMatchObject({ complete: false });
    expect(body).toHaveProperty("dispatches.length", 200);
  });

  test("goes through no table", async () => {
    const h = createWorld();
    const { id, subject } = await long(h, 500, 600);
    h.meter.reset();
    for (const scope of [
      subject.scope,
      { kind: "org" as const, orgId: "o" },
      { kind: "own" as const, userId: id },
    ])
      await exportUser(h.ctx, { ...subject, scope }, author).then(
        (pieces) => new Response(streamed(pieces)).text(),
        () => {},
      );
    // A user's own rows of one collection.
    await expectNoScan(h, ({ sql }) => !/FROM "(dispatches|deliveries|users)" WHERE/.test(sql));
  });
});
