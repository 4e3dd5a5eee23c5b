import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { sendDeadlineReminders } from "../../src/notifications/deadline-reminder/job.ts";
import { sendWeeklyDigests } from "../../src/notifications/weekly-digest/job.ts";
import { settle } from "../../src/delivery/settle.ts";
import { sendDueReminders } from "../../src/notifications/certification-reminder/job.ts";
import { sendSummaries } from "../../src/notifications/stats-summary/job.ts";
import { at, createDigestWorld } from "../notifications/grants/world.ts";

// Everything as large as the door lets it in: ids of 128 characters that keys encode, titles of four-byte characters.
// Each job runs in one invocation, under the limits that production has.

const USERS = 500;
const GRANTS = 60;
const NOW = at("2026-03-30T08:00");
const DEADLINE = at("2026-04-06T12:00");

/** An id as long as the door takes it, of characters that keys encode. `i` is a column. */
const longId = (letter: string, i: string) =>
  `'${letter}' || substr('${"@:".repeat(64)}', 1, 120) || substr('000000' || ${i}, -7)`;

const counting = (n: number, as: string) =>
  `${as}(i) AS (SELECT CAST(0 AS INTEGER) UNION ALL SELECT i + 1 FROM ${as} WHERE i < ${n - 1})`;

const everybody = `WITH RECURSIVE ${counting(USERS, "u")}, ${counting(GRANTS, "g")}`;
const user = longId("u", "u.i");
const grant = longId("g", "g.i");
const run = (text: string) => env.DB.prepare(text).run();

async function givenWorst(): Promise<void> {
  await env.DB.batch(
    [
      "users",
      "grants",
      "matches",
      "certifications",
      "user_schedules",
      "dispatches",
      "occasions",
      "activities",
    ]
      .concat("stats_subscriptions", "deliveries")
      .map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  await run(`${everybody} INSERT INTO users (id, email, email_verified, created_at, updated_at)
    SELECT ${user}, 'u' || i || '@example.com', 1, 0, 0 FROM u`);
  await run(`${everybody} INSERT INTO grants (id, title, url, deadline, known_since)
    SELECT ${grant}, '${"😀".repeat(200)}', 'https://x.example/${"a".repeat(1_900)}', ${DEADLINE}, 0 FROM g`);
  await run(`${everybody} INSERT INTO matches (id, user_id, grant_id, score, created_at)
    SELECT ${longId("m", "(u.i * 1000 + g.i)")}, ${user}, ${grant}, 90, ${NOW - 1_000} FROM u CROSS JOIN g`);
  await run(`${everybody} INSERT INTO certifications (id, user_id, name, expires_at, known_since)
    SELECT ${longId("c", "(u.i * 1000 + g.i)")}, ${user}, '${"😀".repeat(200)}', ${DEADLINE}, 0 FROM u CROSS JOIN g`);
}

const schedule = (kind: string) =>
  run(
    `${everybody} INSERT INTO user_schedules (user_id, kind, next_at) SELECT ${user}, '${kind}', ${NOW - 60_000} FROM u`,
  );

const counted = async (text: string): Promise<unknown> =>
  (await env.DB.prepare(text).first<{ n: number }>())?.n;

const leftOf = (kind: string) =>
  counted(`SELECT count(*) AS n FROM user_schedules WHERE kind = '${kind}' AND next_at <= ${NOW}`);

describe("500 users with 60 things each and the longest ids", () => {
  beforeEach(givenWorst);

  test("are reminded of all deadlines in one tick, each once", async () => {
    await schedule("deadlines");
    const h = createDigestWorld(NOW);
    expect(await sendDeadlineReminders(h.ctx)).toBe(USERS);
    expect(await leftOf("deadlines")).toBe(0);
    expect(await counted("SELECT count(*) AS n FROM occasions")).toBe(USERS * GRANTS);
    expect(await sendDeadlineReminders(h.ctx)).toBe(0);
  });

  test("are reminded of all certificates", async () => {
    await schedule("certifications");
    const h = createDigestWorld(NOW);
    expect(await sendDueReminders(h.ctx)).toBe(USERS);
    expect(await leftOf("certifications")).toBe(0);
    expect(await counted("SELECT count(*) AS n FROM occasions")).toBe(USERS * GRANTS);
  });

  test("get a digest", async () => {
    await schedule("digest");
    const h = createDigestWorld(NOW - 3_600_000);
    h.clock.set(NOW);
    expect(await sendWeeklyDigests(h.ctx)).toBe(USERS);
  });

  test("get the summaries of quarters", async () => {
    await run(`${everybody} INSERT INTO stats_subscriptions (id, user_id, time_window, status, total_activities,
        completed_activities, completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
      SELECT 's' || i, ${user}, 'quarterly', 'active', 0, 0, 0, 0, 0, '2025-Q4', ${NOW - 60_000}, 0, 0 FROM u`);
    const h = createDigestWorld(NOW);
    expect(await sendSummaries(h.ctx)).toBe(USERS);
  });
});

test("one user with more than a look takes in does not keep the others waiting", async () => {
  await givenWorst();
  await run(`WITH RECURSIVE ${counting(12_000, "g")} INSERT INTO grants (id, title, deadline, known_since)
    SELECT ${longId("h", "g.i")}, 'Many', ${DEADLINE}, 0 FROM g`);
  const first = await counted(`SELECT min(id) AS n FROM users`);
  await env.DB.prepare(
    `INSERT INTO matches (id, user_id, grant_id, score, created_at) SELECT 'h' || id, ?, id, 90, 0 FROM grants WHERE title = 'Many'`,
  )
    .bind(first)
    .run();
  await schedule("deadlines");
  const h = createDigestWorld(NOW);
  expect(await sendDeadlineReminders(h.ctx)).toBe(USERS);
  expect(await leftOf("deadlines")).toBe(0);
});

test("a round whose users have hundreds of devices is settled", async () => {
  const h = createDigestWorld(NOW);
  const deliveries = Array.from({ length: 30_000 }, (_, i) => ({
    dispatch_id: crypto.randomUUID(),
    device_id: i,
    status: "accepted" as const,
    provider: "expo",
    ticket_id: crypto.randomUUID(),
    error: null,
    accepted_at: NOW,
    receipt_due_at: NOW,
  }));
  await settle(h.ctx, {
    channel: "push",
    claim_id: crypto.randomUUID(),
    claimed_at: NOW,
    verdicts: [],
    deliveries,
    gone: deliveries.map(({ device_id }) => ({ device_id, reason: "DeviceNotRegistered".repeat(3) })),
  });
});

describe("a request of nearly 5 MB", () => {
  const id = (letter: string, i: number) => `${letter}${"@:".repeat(60)}${String(i).padStart(7, "0")}`;
  const numbers = Array.from({ length: 1_000 }, (_, i) => i);

  const post = async (path: string, body: object) => {
    const h = createDigestWorld(NOW);
    h.meter.reset();
    const { status } = await h.request("POST", path, { body, headers: { prefer: "respond-async" } });
    const params = h.meter.statements.flatMap((one) => one.params);
    const largest = Math.max(...params.map((value) => new TextEncoder().encode(String(value)).length));
    return { status, largest };
  };

  test("of mentors whose pauses are told", async () => {
    const users = numbers.map((i) => ({ id: id("k", i), name: "😀".repeat(200) }));
    const mentors = numbers.map((i) => ({
      id: id("p", i),
      full_name: "😀".repeat(200),
      coordinator_id: id("k", i),
      pause_reason: "é".repeat(1_000),
    }));
    await post("/api/v1/directory/users", { items: users });
    await post("/api/v1/directory/peer-mentors", { items: mentors });
    const paused = mentors.map((mentor) => ({ ...mentor, current_status: "paused" }));
    const { status, largest } = await post("/api/v1/directory/peer-mentors", { items: paused });
    expect(status).toBe(200);
    expect(largest).toBeGreaterThan(1_000_000);
    expect(await counted("SELECT count(*) AS n FROM dispatches WHERE type = 'pause_activated'")).toBe(2_000);
  });

  test("of pushes", async () => {
    const targets = numbers.map((i) => ({
      user_id: id("k", i),
      title: "Hello",
      body: '"'.repeat(1_000),
      data: { text: "\\".repeat(900) },
    }));
    const { status, largest } = await post("/api/v1/notifications/batch", { targets });
    expect([200, 201, 202, 207]).toContain(status);
    expect(largest).toBeGreaterThan(1_000_000);
  });

  test("of matches, applications, grants and activities of users who are there", async () => {
    const facts = { user_id: id("k", 1), grant_id: id("g", 1), score: 90, status: "approved_".repeat(7) };
    const { user_id, grant_id, score, status } = facts;
    const items = (letter: string, more: (i: number) => object) =>
      numbers.map((i) => ({ id: id(letter, i), ...more(i) }));
    const bodies = {
      grants: items("g", () => ({
        title: "😀".repeat(200),
        url: `https://x.example/${"a".repeat(1_900)}`,
        deadline: "2026-04-06T12:00:00Z",
      })),
      matches: items("m", (i) => ({ user_id: id("k", i), grant_id, score })),
      applications: items("a", (i) => ({ user_id: id("k", i), grant_id, status })),
      activities: items("t", () => ({
        user_id,
        status: "completed",
        hours: 2.5,
        occurred_at: "2026-03-06T12:00:00Z",
      })),
      certifications: items("c", (i) => ({
        user_id: id("k", i),
        name: "😀".repeat(200),
        expires_at: "2026-04-06T12:00:00Z",
      })),
    };
    for (const [collection, all] of Object.entries(bodies))
      expect((await post(`/api/v1/directory/${collection}`, { items: all })).status).toBe(200);
    const changed = bodies.applications.map((one) => ({ ...one, status: "rejected" }));
    expect((await post("/api/v1/directory/applications", { items: changed })).status).toBe(200);
  });
});
