import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TIME_WINDOWS } from "../../../src/db/schema/index.ts";
import { refreshStale } from "../../../src/notifications/stats-summary/refresh-stale.ts";
import { sendSummaries } from "../../../src/notifications/stats-summary/job.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import {
  BASE,
  givenActivities,
  givenMany,
  givenMember,
  givenSubscription,
  noSubscriptions,
  plansOf,
  read,
  refresh,
  subscribe,
} from "./world.ts";

const NOW = Date.parse("2026-03-26T08:00:00Z");
const DAY = 86_400_000;
const OTHERS = 20_000;

const fresh = () => createHarness({ now: NOW, autoDrain: false });

beforeAll(async () => {
  // Other users' activities lie around and between those of any user that a test makes.
  for (const user of ["a", "usr", "usr_z", "z"]) await givenMany(user, OTHERS / 4, NOW - 5 * DAY, 60_000);
});

beforeEach(noSubscriptions);

/** What a request costs in D1. */
async function costOf(h: Harness, request: () => Promise<{ status: number }>) {
  h.meter.reset();
  const { status } = await request();
  const { trips, rowsRead, rowsWritten } = h.meter;
  return { status, trips, read: rowsRead, written: rowsWritten };
}

describe("a snapshot costs what lies in its window:", () => {
  test.each([0, 3, 300])("%i activities of a user among 20,000 of others", async (count) => {
    const h = fresh();
    const user = await givenMember(h);
    await givenMany(user, count, NOW - DAY);
    // As many before the window, which are not read.
    await env.DB.prepare(
      `INSERT INTO activities SELECT 'old:' || id, user_id, status, minutes, occurred_at - ?1 FROM activities WHERE user_id = ?2`,
    )
      .bind(4 * DAY, user)
      .run();
    const id = await givenSubscription(h, user, "weekly");
    expect((await read(h, id)).body.snapshot).toEqual({
      total_activities: count,
      completed_activities: count,
      hours_logged: count / 2,
    });
    const { read: rows, ...cost } = await costOf(h, () => refresh(h, id));
    // The row itself, and its user, are read a few times more.
    expect(rows - count).toBeLessThan(15);
    // The row, and its entry in the index of what is out of date.
    expect(cost).toEqual({ status: 200, trips: 2, written: 2 });
  });

  test("the covering index alone answers it", async () => {
    const h = fresh();
    const user = await givenMember(h);
    h.meter.reset();
    await refresh(h, await givenSubscription(h, user, "weekly"));
    h.clock.advance(7 * DAY);
    await sendSummaries(h.ctx);
    const plans = (await plansOf(h)).filter(({ sql }) => sql.includes('"activities"'));
    expect(plans.length).toBe(3);
    for (const { sql, plan } of plans) {
      const steps = plan.filter((step) => /\ba\b/.test(step));
      expect(steps.length, sql).toBeGreaterThan(0);
      for (const step of steps)
        expect(step).toMatch(
          /^SEARCH a USING COVERING INDEX activities_by_user \(user_id=\? AND occurred_at>\? AND occurred_at<\?\)/,
        );
    }
  });
});

describe("requests", () => {
  test("read in one round trip, and write nothing", async () => {
    const h = fresh();
    const org = await givenOrg(h);
    const user = await givenMember(h, { org: await givenOrg(h, org) });
    const id = await givenSubscription(h, user, "weekly");
    for (const as of [
      undefined,
      { role: "org_admin", sub: "admin", org } as const,
      { role: "user", sub: user } as const,
    ])
      for (const path of [
        `${BASE}/${id}`,
        BASE,
        `${BASE}?user_id=${user}&time_window=weekly&status=active`,
      ]) {
        const cost = await costOf(h, () => h.request("GET", path, as && { as }));
        expect(cost).toMatchObject({ status: 200, trips: 1, written: 0 });
      }
  });

  // The row, and an entry in each of its four indexes.
  test("subscribe in two round trips, also with a key, a new user, and when it is refused", async () => {
    const h = fresh();
    const user = await givenMember(h);
    expect(await costOf(h, () => subscribe(h, user, "weekly"))).toMatchObject({
      status: 201,
      trips: 2,
      written: 5,
    });
    expect(await costOf(h, () => subscribe(h, user, "weekly"))).toMatchObject({
      status: 409,
      trips: 2,
      written: 0,
    });
    const headers = { "idempotency-key": mint("key") };
    const keyed = () => subscribe(h, user, "monthly", { headers });
    expect(await costOf(h, keyed)).toMatchObject({ status: 201, trips: 2, written: 7 });
    expect(await costOf(h, keyed)).toMatchObject({ status: 201, trips: 1, written: 0 });
    const sub = mint("usr");
    const own = () => subscribe(h, sub, "weekly", { as: { role: "user", sub } });
    expect(await costOf(h, own)).toMatchObject({ status: 201, trips: 2, written: 6 });
    expect(await costOf(h, () => subscribe(h, "nobody", "weekly"))).toMatchObject({ status: 404, trips: 1 });
  });

  test("change in two round trips, delete in one", async () => {
    const h = fresh();
    const id = await givenSubscription(h, await givenMember(h), "weekly");
    const body = { time_window: "monthly" };
    expect(await costOf(h, () => h.request("PUT", `${BASE}/${id}`, { body }))).toMatchObject({ trips: 2 });
    expect(await costOf(h, () => h.request("DELETE", `${BASE}/${id}`))).toMatchObject({ trips: 1 });
  });

  test("an import of 1,000 activities takes one round trip", async () => {
    const h = fresh();
    const user = await givenMember(h);
    await givenSubscription(h, user, "weekly");
    h.meter.reset();
    await givenActivities(h, user, ...Array.from({ length: 1_000 }, (_, i) => ({ at: NOW - i * 1_000 })));
    expect(h.meter.trips).toBe(1);
  });
});

describe("jobs", () => {
  /** `count` users, each with a weekly subscription and as many activities as they are old: 0 to 9. */
  async function givenFollowers(h: Harness, count: number): Promise<string[]> {
    const { users } = await givenUsers(h, count, 0);
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO stats_subscriptions (id, user_id, time_window, status, total_activities, completed_activities,
           completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
         SELECT '019d2' || substr(hex(randomblob(1)), 1) || printf('%02x-0000-7000-8000-%012x', key % 256, key), value, 'weekly', 'active', 0, 0, 0, 0, ?1, '2026-W12', ?1, 0, 0
         FROM json_each(?2)`,
      ).bind(NOW, JSON.stringify(users)),
      env.DB.prepare(
        `INSERT INTO activities (id, user_id, status, minutes, occurred_at)
         SELECT u.value || n.value, u.value, 'completed', 1, ?1 - 5 * 86400000 FROM json_each(?2) u, json_each('[1,2,3]') n`,
      ).bind(NOW, JSON.stringify(users)),
    ]);
    return users;
  }

  test("with nothing to do take one round trip and read no row, whatever there is", async () => {
    const h = fresh();
    await givenFollowers(h, 300);
    await env.DB.prepare("UPDATE stats_subscriptions SET stale_at = ?1 + 1, next_at = ?1 + 1")
      .bind(NOW)
      .run();
    for (const job of [refreshStale, sendSummaries]) {
      h.meter.reset();
      expect(await job(h.ctx)).toBe(0);
      expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
      expect(h.meter.rowsRead).toBeLessThanOrEqual(1);
    }
  });

  // Two for a portion of 500, and a last read that finds less than a portion.
  test("1,200 snapshots are taken anew in six round trips, reading a few rows each", async () => {
    const h = fresh();
    await givenFollowers(h, 1_200);
    h.meter.reset();
    expect(await refreshStale(h.ctx)).toBe(1_200);
    expect(h.meter.trips).toBe(6);
    expect(h.meter.rowsRead / 1_200).toBeLessThan(15);
  });

  test("1,200 summaries are queued in nine round trips, reading a few rows each", async () => {
    const h = fresh();
    const users = await givenFollowers(h, 1_200);
    h.meter.reset();
    expect(await sendSummaries(h.ctx)).toBe(1_200);
    expect(h.meter.trips).toBe(9);
    expect(h.meter.rowsRead / 1_200).toBeLessThan(50);
    const { results } = await env.DB.prepare(
      `SELECT payload->>'$.totals.completed_activities' AS n, count(DISTINCT user_id) AS users, count(*) AS messages
       FROM dispatches WHERE type = 'stats_summary' AND user_id IN (SELECT value FROM json_each(?)) GROUP BY n`,
    )
      .bind(JSON.stringify(users))
      .all();
    expect(results).toEqual([{ n: 3, users: 1_200, messages: 1_200 }]);
  });
});

/** Tables, and the letters that stand for them. */
const SCANS_A_TABLE =
  /^SCAN (stats_subscriptions|activities|users|dispatches|occasions|idempotency_keys|s|u|a|o|f)\b/;

test("nothing that is asked scans a table", async () => {
  const h = fresh();
  const org = await givenOrg(h);
  const user = await givenMember(h, { org, timezone: "UTC" });
  h.meter.reset();
  const ids: string[] = [];
  for (const kind of TIME_WINDOWS) ids.push(await givenSubscription(h, user, kind));
  const [id = "", other = ""] = ids;
  await subscribe(h, user, "weekly", { headers: { "idempotency-key": mint("key") } });
  await h.request("DELETE", `${BASE}/${other}`);
  await h.request("PUT", `${BASE}/${id}`, { body: { time_window: "monthly" } });
  await refresh(h, id);
  const callers = [undefined, { role: "org_admin", sub: "admin", org }, { role: "user", sub: user }] as const;
  for (const as of callers)
    for (const query of ["", `?user_id=${user}`, "?time_window=weekly", "/"])
      await h.request("GET", query === "/" ? `${BASE}/${id}` : `${BASE}${query}`, as && { as });
  const [act] = await givenActivities(h, user, { at: NOW - 1 });
  await h.request("DELETE", `/api/v1/directory/activities/${act}`);
  await h.request("PUT", `/api/v1/directory/users/${user}`, { body: { timezone: "Asia/Tokyo" } });
  await refreshStale(h.ctx);
  h.clock.advance(366 * DAY);
  await sendSummaries(h.ctx);
  const plans = await plansOf(h);
  expect(plans.length).toBeGreaterThan(30);
  const scanning = plans.filter(({ plan }) => plan.some((step) => SCANS_A_TABLE.test(step)));
  // The unfiltered list alone walks a table, in the order of its key, and stops when the page, or the count, is full.
  expect(scanning.map(({ sql }) => sql.replaceAll(/\s+/g, " "))).toEqual([
    'SELECT * FROM "stats_subscriptions" WHERE true AND true ORDER BY id DESC LIMIT ? OFFSET ?',
    'SELECT count(*) AS total FROM (SELECT 1 FROM "stats_subscriptions" WHERE true LIMIT ?)',
  ]);
});
