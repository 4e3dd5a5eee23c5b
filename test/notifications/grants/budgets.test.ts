import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { sendDeadlineReminders } from "../../../src/notifications/deadline-reminder/job.ts";
import { sendMatchDigests } from "../../../src/notifications/new-match/job.ts";
import { spreadMoves } from "../../../src/notifications/deadline-reminder/moved-deadlines.ts";
import { sendWeeklyDigests } from "../../../src/notifications/weekly-digest/job.ts";
import type { Harness } from "../../support/harness.ts";
import { at, createDigestWorld, given, givenGrant, rows } from "./world.ts";

const EVERYBODY = 100_000;
const DUE = 1_000;
const GRANTS = 200;

const DUE_AT = "2026-03-30T08:00";

/** Rows of SQL that counts from 0, in portions. `i` is the number (D1 binds them as REAL), `?1` a time. */
async function fill(insert: string, count: number, now: number): Promise<void> {
  const portion = 20_000;
  for (let from = 0; from < count; from += portion)
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT CAST(?2 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1) ${insert}`,
    )
      .bind(now, from, Math.min(count, from + portion))
      .run();
}

/** 100,000 users with three matches each, of whom the first 1,000 are due on Monday at 08:00, the others a day later. */
async function givenEverybody(h: Harness, kind: string): Promise<void> {
  const now = h.clock.now();
  const due = at(DUE_AT);
  await fill(
    `INSERT INTO users (id, email, email_verified, created_at, updated_at)
     SELECT 'many_' || i, 'many_' || i || '@example.com', 1, ?1, ?1 FROM n`,
    EVERYBODY,
    now,
  );
  await fill(
    `INSERT INTO grants (id, title, deadline, known_since) SELECT 'grant_' || i, 'Grant ' || i, ${at("2026-04-06T12:00")}, 0 FROM n`,
    GRANTS,
    now,
  );
  for (const copy of [0, 1, 2])
    await fill(
      `INSERT INTO matches (id, user_id, grant_id, score, created_at)
       SELECT 'match_' || i || '_${copy}', 'many_' || i, 'grant_' || ((i * 7 + ${copy}) % ${GRANTS}), 80, ?1 FROM n`,
      EVERYBODY,
      now,
    );
  await fill(
    `INSERT INTO user_schedules (user_id, kind, period, next_at)
     SELECT 'many_' || i, '${kind}', NULL, iif(i < ${DUE}, ${due - 60_000}, ${due + 86_400_000}) FROM n`,
    EVERYBODY,
    now,
  );
}

/** What a run of a job costs. */
async function cost(h: Harness, run: () => Promise<unknown>) {
  h.meter.reset();
  const done = await run();
  const { trips, rowsRead, rowsWritten } = h.meter;
  return { done, trips, rowsRead, rowsWritten };
}

const clear = (...tables: string[]) =>
  env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));

describe("of 100,000 users 1,000 are due", () => {
  beforeEach(() =>
    clear(
      "users",
      "grants",
      "matches",
      "applications",
      "deadline_moves",
      "user_schedules",
      "dispatches",
      "occasions",
      "preferences",
    ),
  );

  test("a tick of the deadline reminders costs what these cost", { timeout: 120_000 }, async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    await givenEverybody(h, "deadlines");
    h.clock.set(at(DUE_AT));
    const run = await cost(h, () => sendDeadlineReminders(h.ctx));
    // Two portions of four, one read for moved deadlines, and one that finds nobody.
    expect(run).toMatchObject({ done: DUE, trips: 10 });
    expect(run.rowsRead).toBeLessThan(DUE * 100);
    expect(run.rowsWritten).toBeLessThan(DUE * 20);
    expect(await cost(h, () => sendDeadlineReminders(h.ctx))).toMatchObject({
      done: 0,
      trips: 2,
      rowsWritten: 0,
    });
  });

  test("a tick of the weekly digest too", { timeout: 120_000 }, async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    await givenEverybody(h, "digest");
    h.clock.set(at(DUE_AT));
    const run = await cost(h, () => sendWeeklyDigests(h.ctx));
    expect(run).toMatchObject({ done: DUE, trips: 7 });
    expect(run.rowsRead).toBeLessThan(DUE * 100);
    expect(run.rowsWritten).toBeLessThan(DUE * 12);
    expect(await cost(h, () => sendWeeklyDigests(h.ctx))).toMatchObject({
      done: 0,
      trips: 1,
      rowsWritten: 0,
    });
  });

  test("a tick of the daily matches too", { timeout: 120_000 }, async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    await givenEverybody(h, "matches");
    await fill(
      `INSERT INTO preferences (user_id, id, email_notifications_enabled, notification_frequency, new_match_notifications,
         match_threshold, deadline_notifications, deadline_reminder_days, weekly_digest_enabled, weekly_digest_day,
         application_status_notifications, created_at, updated_at)
       SELECT 'many_' || i, i, 1, 'daily', 1, 70, 1, '[7,3,1]', 1, 1, 1, ?1, ?1 FROM n`,
      EVERYBODY,
      h.clock.now(),
    );
    for (const copy of [0, 1, 2])
      await fill(
        `INSERT INTO occasions (key, dispatch_id) SELECT 'match:match_' || i || '_${copy}', 'waiting:many_' || i FROM n`,
        EVERYBODY,
        h.clock.now(),
      );
    h.clock.set(at(DUE_AT));
    const run = await cost(h, () => sendMatchDigests(h.ctx));
    expect(run).toMatchObject({ done: DUE, trips: 5 });
    expect(run.rowsRead).toBeLessThan(DUE * 100);
    expect(run.rowsWritten).toBeLessThan(DUE * 30);
    expect(await cost(h, () => sendMatchDigests(h.ctx))).toMatchObject({ done: 0, trips: 1, rowsWritten: 0 });
  });
});

describe("a moved deadline", () => {
  beforeEach(() => clear("users", "grants", "matches", "applications", "user_schedules", "deadline_moves"));

  test(
    "reaches more users than one portion holds, each once, and reads each once",
    { timeout: 60_000 },
    async () => {
      const h = createDigestWorld("2026-03-20T12:00");
      await fill(
        `INSERT INTO matches (id, user_id, grant_id, score, created_at) SELECT 'm:' || i, 'many:' || i, 'popular', 90, ?1 FROM n`,
        12_000,
        0,
      );
      await fill(
        `INSERT INTO applications (id, user_id, grant_id, status, status_seq, updated_at)
       SELECT 'a:' || i, 'many:' || (i + 10000), 'popular', 'sent', 1, ?1 FROM n`,
        4_000,
        0,
      );
      await givenGrant(h, { id: "popular", deadline: "2026-06-30T15:00" });
      const others = Array.from({ length: 20 }, (_, i) => ({
        id: `unpopular_${i}`,
        title: "x",
        deadline: "2026-06-30T15:00:00Z",
      }));
      await given(h, "grants", others);
      const run = await cost(h, () => spreadMoves(h.ctx));
      expect(run.trips).toBe(6);
      expect(run.rowsRead).toBeLessThan(14_000 * 12);
      const [found] = await rows("SELECT count(*) AS n FROM user_schedules WHERE kind = 'deadlines'");
      expect(found).toEqual({ n: 14_000 });
      expect(await rows("SELECT * FROM deadline_moves")).toEqual([]);
      expect(await cost(h, () => spreadMoves(h.ctx))).toMatchObject({ trips: 1, rowsWritten: 0 });
    },
  );

  test("costs the request that moves it one round trip, however many follow it", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    await fill(
      `INSERT INTO matches (id, user_id, grant_id, score, created_at) SELECT 'm:' || i, 'many:' || i, 'popular', 90, ?1 FROM n`,
      3_000,
      0,
    );
    const run = await cost(h, () => givenGrant(h, { id: "popular", deadline: "2026-06-30T15:00" }));
    expect(run).toMatchObject({ trips: 1 });
    expect(run.rowsRead).toBeLessThan(20);
    expect(run.rowsWritten).toBeLessThan(5);
  });
});
