import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { WindowKind } from "../../../src/schedules/windows.ts";
import { refreshStale } from "../../../src/notifications/stats-summary/refresh-stale.ts";
import { type Harness, mint } from "../../support/harness.ts";
import {
  BASE,
  givenActivities,
  givenMember,
  givenSubscription,
  harnessAt,
  read,
  refresh,
  rowsOf,
  subscribe,
  sums,
  tickAt,
} from "./world.ts";

describe("a window", () => {
  // Each time is the first instant of a window in the zone, so one millisecond before it does not count.
  test.each<[WindowKind, string | null, string, string]>([
    ["weekly", null, "2026-03-26T08:00", "2026-03-23T00:00:00.000Z"],
    ["weekly", "Europe/Oslo", "2026-03-30T21:00", "2026-03-29T22:00:00.000Z"],
    ["weekly", "America/New_York", "2026-03-09T12:00", "2026-03-09T04:00:00.000Z"],
    ["weekly", "UTC", "2027-01-03T23:00", "2026-12-28T00:00:00.000Z"],
    ["monthly", "Pacific/Kiritimati", "2026-04-30T11:00", "2026-04-30T10:00:00.000Z"],
    ["monthly", "Asia/Kathmandu", "2028-02-29T20:00", "2028-02-29T18:15:00.000Z"],
    ["monthly", "Etc/GMT+12", "2028-03-01T11:59", "2028-02-01T12:00:00.000Z"],
    ["quarterly", "Asia/Kolkata", "2026-12-31T18:29", "2026-09-30T18:30:00.000Z"],
    ["quarterly", "Africa/Cairo", "2026-07-01T00:00", "2026-06-30T21:00:00.000Z"],
    ["yearly", "Australia/Lord_Howe", "2027-01-01T00:00", "2026-12-31T13:00:00.000Z"],
  ])("%s in %s at %s begins at %s, its first instant included", async (kind, timezone, now, start) => {
    const h = harnessAt(now);
    const user = await givenMember(h, { timezone });
    const begins = Date.parse(start);
    await givenActivities(h, user, { at: begins - 1, hours: 100 }, { at: begins, hours: 2 });
    expect(sums(await subscribe(h, user, kind))).toEqual([1, 1, 2]);
  });

  test("ends now, this instant included", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    await givenActivities(h, user, { at: h.clock.now(), hours: 2 }, { at: h.clock.now() + 1, hours: 100 });
    expect(sums(await subscribe(h, user, "weekly"))).toEqual([1, 1, 2]);
  });

  test("counts planned and completed activities, the hours of the completed ones, and no cancelled ones", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    await givenActivities(
      h,
      user,
      { at: "2026-03-24T08:00:00Z", status: "planned", hours: 10 },
      { at: "2026-03-24T09:00:00Z", status: "completed", hours: 1.5 },
      { at: "2026-03-24T10:00:00Z", status: "cancelled", hours: 100 },
    );
    await givenActivities(h, await givenMember(h), { at: "2026-03-24T09:00:00Z" });
    expect(sums(await subscribe(h, user, "weekly"))).toEqual([2, 1, 1.5]);
  });
});

describe("hours add up exactly:", () => {
  test.each<[string, number[], number]>([
    ["ten tenths", Array.from({ length: 10 }, () => 0.1), 1],
    ["three thirds", [1 / 3, 1 / 3, 1 / 3], 1],
    ["three thirds as people write them", [0.33, 0.33, 0.34], 1],
    ["a tenth, two tenths", [0.1, 0.2], 0.3],
    ["1.1, 2.2, 3.3", [1.1, 2.2, 3.3], 6.6],
    ["a thousand times 0.7", Array.from({ length: 1_000 }, () => 0.7), 700],
    ["4.35 and 100.15", [4.35, 100.15], 104.5],
  ])("%s", async (_, hours, total) => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    await givenActivities(h, user, ...hours.map((each) => ({ at: "2026-03-25T08:00:00Z", hours: each })));
    expect(sums(await subscribe(h, user, "monthly"))).toEqual([hours.length, hours.length, total]);
  });
});

describe("a stored snapshot", () => {
  test("is read as it was taken, and refreshing takes it anew", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    h.clock.advance(1_000);
    await givenActivities(h, user, { at: "2026-03-25T08:00:00Z", hours: 2 });
    const before = await read(h, id);
    expect(sums(before)).toEqual([0, 0, 0]);
    expect(before.body.last_refreshed_at).toBe("2026-03-26T08:00:00.000Z");
    const refreshed = await refresh(h, id);
    expect(refreshed.body).toMatchObject({ refreshed: true, refreshed_at: "2026-03-26T08:00:01.000Z" });
    expect(sums(refreshed)).toEqual([1, 1, 2]);
    expect(sums(await read(h, id))).toEqual([1, 1, 2]);
  });

  test("follows a change at the next tick, and only then", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    const [act = ""] = await givenActivities(h, user, { at: "2026-03-25T08:00:00Z", hours: 2 });
    await tickAt(h, "2026-03-26T08:01");
    expect(sums(await read(h, id))).toEqual([1, 1, 2]);
    await tickAt(h, "2026-03-26T08:02");
    expect((await read(h, id)).body.last_refreshed_at).toBe("2026-03-26T08:01:00.000Z");
    await h.request("DELETE", `/api/v1/directory/activities/${act}`);
    await tickAt(h, "2026-03-26T08:03");
    expect((await read(h, id)).body).toMatchObject({
      last_refreshed_at: "2026-03-26T08:03:00.000Z",
      snapshot: { total_activities: 0 },
    });
  });

  test("counts a planned activity as soon as its time has come", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    await givenActivities(
      h,
      user,
      { at: "2026-03-26T12:00:00Z", status: "cancelled" },
      { at: "2026-03-26T17:30:30Z", status: "planned" },
      { at: "2026-03-26T18:00:00Z", status: "planned" },
    );
    const id = await givenSubscription(h, user, "weekly");
    for (const [time, total] of [
      ["2026-03-26T12:01", 0],
      ["2026-03-26T17:30", 0],
      ["2026-03-26T17:31", 1],
      ["2026-03-26T18:00", 2],
    ] as const) {
      await tickAt(h, time);
      expect(sums(await read(h, id)), time).toEqual([total, 0, 0]);
    }
  });

  test("begins anew with the next window, at the user's midnight", async () => {
    const h = harnessAt("2026-03-29T12:00");
    const user = await givenMember(h, { timezone: "Europe/Oslo" });
    await givenActivities(h, user, { at: "2026-03-29T11:00:00Z" });
    const id = await givenSubscription(h, user, "weekly");
    await tickAt(h, "2026-03-29T21:59");
    expect(sums(await read(h, id))).toEqual([1, 1, 1]);
    await tickAt(h, "2026-03-29T22:00");
    expect(sums(await read(h, id))).toEqual([0, 0, 0]);
  });

  test("follows its user to another time zone", async () => {
    const h = harnessAt("2026-03-31T16:00");
    const user = await givenMember(h, { timezone: "UTC" });
    await givenActivities(h, user, { at: "2026-03-31T08:00:00Z" });
    const id = await givenSubscription(h, user, "monthly");
    // In Tokyo April has begun.
    await h.request("PUT", `/api/v1/directory/users/${user}`, { body: { timezone: "Asia/Tokyo" } });
    await tickAt(h, "2026-03-31T16:01");
    expect(sums(await read(h, id))).toEqual([0, 0, 0]);
    await h.request("PUT", `/api/v1/directory/users/${user}`, { body: { timezone: "America/Lima" } });
    await tickAt(h, "2026-03-31T16:02");
    expect(sums(await read(h, id))).toEqual([1, 1, 1]);
  });

  /** Runs the job, and lets something happen when it has read what is out of date, or has just written. */
  async function duringTheJob(h: Harness, call: "read" | "write", happens: () => Promise<unknown>) {
    const stopped = h.interrupts.stopAt(call === "read" ? 1 : 2, "after");
    const job = refreshStale(h.ctx);
    expect(await stopped.reached).toBe("d1");
    await happens();
    stopped.release();
    await job;
  }

  test.each(["read", "write"] as const)("misses no change that comes after the job's %s", async (call) => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    await givenActivities(h, user, { at: "2026-03-25T08:00:00Z" });
    await duringTheJob(h, call, () => givenActivities(h, user, { at: "2026-03-25T09:00:00Z" }));
    await refreshStale(h.ctx);
    expect(sums(await read(h, id))).toEqual([2, 2, 2]);
  });

  test.each(["read", "write"] as const)("misses no move to another zone after the job's %s", async (call) => {
    const h = harnessAt("2026-12-31T20:00");
    const user = await givenMember(h, { timezone: "UTC" });
    const id = await givenSubscription(h, user, "yearly");
    await givenActivities(h, user, { at: "2026-12-31T08:00:00Z" });
    const toTokyo = { body: { timezone: "Asia/Tokyo" } };
    await duringTheJob(h, call, () => h.request("PUT", `/api/v1/directory/users/${user}`, toTokyo));
    await refreshStale(h.ctx);
    expect(sums(await read(h, id))).toEqual([0, 0, 0]);
  });

  test.each(["read", "write"] as const)("takes a new window that comes after the job's %s", async (call) => {
    const h = harnessAt("2026-03-26T08:00");
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    await givenActivities(h, user, { at: "2026-03-25T08:00:00Z" }, { at: "2026-03-02T08:00:00Z" });
    const toMonthly = { body: { time_window: "monthly" } };
    await duringTheJob(h, call, async () => {
      await h.request("PUT", `${BASE}/${id}`, toMonthly);
      await givenActivities(h, user, { at: "2026-03-03T08:00:00Z" });
    });
    await refreshStale(h.ctx);
    expect(sums(await read(h, id))).toEqual([3, 3, 3]);
  });

  test("of thousands of users are taken anew in one tick, each from their own activities", async () => {
    const h = harnessAt("2026-03-26T08:00");
    const prefix = mint("many");
    const [first = ""] = await rowsNeeded(prefix, 1_200, h.clock.now());
    expect(first).toContain(prefix);
    await h.tick();
    const { results } = await env.DB.prepare(
      `SELECT total_activities AS n, count(*) AS users FROM stats_subscriptions
       WHERE user_id GLOB ?1 || '*' AND last_refreshed_at = ?2 GROUP BY n ORDER BY n`,
    )
      .bind(prefix, h.clock.now())
      .all();
    expect(results).toEqual([0, 1, 2].map((n) => ({ n, users: 400 })));
    expect((await rowsOf(first))[0]?.stale_at).toBe(Date.parse("2026-03-30T00:00:00Z"));
  });
});

/** Users 0 to `count` - 1, with the rest of their number by three activities yesterday, and a snapshot out of date. */
async function rowsNeeded(prefix: string, count: number, now: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const json = JSON.stringify(users);
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO users (id, email_verified, created_at, updated_at) SELECT value, 0, 0, 0 FROM json_each(?)",
    ).bind(json),
    ...[1, 2].map((least) =>
      env.DB.prepare(
        `INSERT INTO activities (id, user_id, status, minutes, occurred_at)
         SELECT value || ':${least}', value, 'planned', 0, ?1 FROM json_each(?2) WHERE key % 3 >= ${least}`,
      ).bind(now - 86_400_000, json),
    ),
    env.DB.prepare(
      `INSERT INTO stats_subscriptions (id, user_id, time_window, status, total_activities, completed_activities,
         completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
       SELECT value, value, 'weekly', 'active', 0, 0, 0, 0, ?1, '2026-W13', ?1 + 604800000, 0, 0 FROM json_each(?2)`,
    ).bind(now, json),
  ]);
  return users;
}
