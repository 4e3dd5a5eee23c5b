import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { dispatches } from "../../src/db/schema/index.ts";
import { countHours } from "../../src/insight/count-hours.ts";
import { removeOld } from "../../src/log/retention.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { requeueFailed } from "../../src/outbox/change.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld, givenDispatches, givenUsers } from "../support/pipeline.ts";
import { expectNoScan } from "../support/plans.ts";
import { change, emptyInsight, givenMade, keptCounts } from "./world.ts";

beforeEach(emptyInsight);

/** Seventeen minutes past the next hour: when the cron comes. */
const nextRun = (h: Harness) => h.clock.set((Math.floor(h.clock.now() / HOUR) + 1) * HOUR + 17 * MINUTE);

const recountAt = () =>
  env.DB.prepare("SELECT max(recount_at) AS at FROM counted_hours").first<number | null>("at");

describe("an hour that is over", () => {
  test("is counted by organization, channel, provider and status, and for everyone together", async () => {
    const h = createWorld();
    await givenMade(h, { n: 2, org: "org_a" });
    await givenMade(h, { org: "org_b" });
    await givenMade(h, { channel: "email", provider: "ses", status: "bounced" });
    nextRun(h);
    await givenMade(h, { n: 5, org: "org_a" });
    expect(await countHours(h.ctx)).toBe(1);
    expect(await keptCounts()).toEqual({
      "0 * email ses bounced": 1,
      "0 * push expo sent": 3,
      "0  email ses bounced": 1,
      "0 org_a push expo sent": 2,
      "0 org_b push expo sent": 1,
    });
  });

  test("tells what was put off from what waits for its own time", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    await givenDispatches(h, users);
    await givenDispatches(h, users, { sendAt: h.clock.now() + DAY });
    await givenDispatches(h, users, { slotAt: h.clock.now() + MINUTE });
    // Somebody has retried it by hand: that is when it was asked for.
    const [retried = ""] = await givenDispatches(h, users);
    await change([retried], { status: "failed" });
    h.clock.advance(MINUTE);
    await h.ctx.db.write({ again: requeueFailed(h.ctx, eq(dispatches.id, retried)) });
    nextRun(h);
    await countHours(h.ctx);
    expect(await keptCounts()).toMatchObject({ "0 * push  queued": 3, "0 * push  deferred": 1 });
  });

  test("is counted again each time that it is twice as old, and what became of it replaces what was", async () => {
    const h = createWorld();
    const ids = await givenMade(h, { n: 3, status: "queued" });
    nextRun(h);
    await countHours(h.ctx);
    expect(await keptCounts()).toMatchObject({ "0 * push expo queued": 3 });
    await change(ids.slice(0, 2), { status: "delivered" });
    expect(await countHours(h.ctx)).toBe(0);
    const ages: number[] = [];
    for (let hour = 1; hour <= 40; hour++) {
      h.clock.advance(HOUR);
      if ((await countHours(h.ctx)) > 0) ages.push(hour);
    }
    expect(ages).toEqual([1, 3, 7, 15, 31]);
    expect(await keptCounts()).toEqual({
      "0 * push expo delivered": 2,
      "0 * push expo queued": 1,
      "0  push expo delivered": 2,
      "0  push expo queued": 1,
    });
  });

  test("is no longer counted once retention begins to remove it, and stays until a month's costs no longer need it", async () => {
    const h = createWorld({ RETENTION_DAYS: "2" });
    await givenMade(h);
    nextRun(h);
    const ages: number[] = [];
    for (let hour = 0; hour < 80; hour++) {
      if ((await countHours(h.ctx)) > 0) ages.push(hour);
      await removeOld(h.ctx);
      if (hour === 40) expect(await recountAt()).toBeNull();
      h.clock.advance(HOUR);
    }
    expect(ages).toEqual([0, 1, 3, 7, 15]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(0);
    const kept = await keptCounts();
    expect(kept).toMatchObject({ "0 * push expo sent": 1 });
    h.clock.advance(58 * DAY);
    expect(await countHours(h.ctx)).toBe(0);
    expect(await keptCounts()).toEqual(kept);
    h.clock.advance(DAY);
    await countHours(h.ctx);
    expect(await keptCounts()).toEqual({});
  });

  test("that has lost all its messages counts none", async () => {
    const h = createWorld();
    await givenMade(h);
    nextRun(h);
    await countHours(h.ctx);
    await env.DB.prepare("DELETE FROM dispatches").run();
    h.clock.advance(HOUR);
    await countHours(h.ctx);
    expect(await keptCounts()).toEqual({});
    h.clock.advance(HOUR);
    expect(await countHours(h.ctx)).toBe(0);
  });
});

describe("it costs", () => {
  test("a few rows and no write where nothing was made", async () => {
    const h = createWorld();
    for (let i = 0; i < 12; i++) {
      await givenMade(h);
      nextRun(h);
      await countHours(h.ctx);
    }
    h.meter.reset();
    expect(await countHours(h.ctx)).toBe(0);
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([2, 0]);
    expect(h.meter.rowsRead).toBeLessThanOrEqual(16);
  });

  test("five round trips for all hours that are due, and writes what has changed", async () => {
    const h = createWorld();
    const first = await givenMade(h, { n: 4 });
    h.clock.advance(HOUR);
    await givenMade(h, { n: 4 });
    nextRun(h);
    h.meter.reset();
    expect(await countHours(h.ctx)).toBe(2);
    // Each hour: a cell, the one of everyone, and the hour; each with its index.
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([5, 2 * 3 * 2]);
    await change(first.slice(0, 1), { status: "failed" });
    h.clock.advance(2 * HOUR);
    h.meter.reset();
    expect(await countHours(h.ctx)).toBe(2);
    // Two cells change and two are new, with their index; both hours move on.
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([5, 2 + 2 * 2 + 2 * 2]);
  });

  test("no look at a whole table", async () => {
    const h = createWorld();
    await givenMade(h, { n: 3 });
    nextRun(h);
    h.meter.reset();
    await countHours(h.ctx);
    // A portion is sorted, to group it.
    await expectNoScan(h, ({ sql }) => /GROUP BY/.test(sql));
  });
});

/** So many dispatches more, made in the hour of `id`. */
async function addDispatches(id: string, n: number): Promise<void> {
  const columns =
    "channel, lane, type, user_id, status, targets, delivered_count, failed_count, attempts, claims, due_at";
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO dispatches (id, ${columns}, created_at, updated_at)
     SELECT substr(d.id, 1, 24) || printf('%012x', i), ${columns}, created_at, updated_at
     FROM n, dispatches AS d WHERE d.id = ?1`,
  )
    .bind(id, n)
    .run();
}

test("a large hour is counted in portions", async () => {
  const h = createWorld();
  const [id = ""] = await givenMade(h);
  await addDispatches(id, 25_000);
  nextRun(h);
  h.meter.reset();
  expect(await countHours(h.ctx)).toBe(1);
  expect(await keptCounts()).toMatchObject({ "0 * push  sent": 25_000, "0 * push expo sent": 1 });
  expect(h.meter.trips).toBe(1 + 3 + 1 + 1 + 1);
});

describe("where the room runs out", () => {
  /** The context of an invocation that may make so many queries, beside those that are kept for others. */
  const withRoom = (h: Harness, most: number) => {
    h.meter.reset();
    const queriesLeft = () => 100 + most - h.meter.statements.length;
    return { ...h.ctx, db: { ...h.ctx.db, queriesLeft } };
  };

  test("an hour that is not finished is not lost, though a later one is", async () => {
    const h = createWorld();
    await givenMade(h, { n: 1 });
    h.clock.advance(HOUR);
    const [id = ""] = await givenMade(h, { status: "sent", provider: null });
    await addDispatches(id, 24_999);
    h.clock.advance(HOUR);
    await givenMade(h, { n: 3 });
    nextRun(h);
    // Room to find the three, for a portion of each, to write each, and for one more portion: the large one has three.
    await countHours(withRoom(h, 2 + 3 + 3 * 3));
    expect(await keptCounts()).toEqual({ "0  push expo sent": 1, "0 * push expo sent": 1 });
    expect(await countHours(h.ctx)).toBe(2);
    expect(await keptCounts()).toMatchObject({
      "0 * push expo sent": 1,
      "1 * push  sent": 1 + 24_999,
      "2 * push expo sent": 3,
    });
  });

  test("large hours are counted one after the other, so that each run comes further", async () => {
    const h = createWorld();
    for (let i = 0; i < 4; i++) {
      const [id = ""] = await givenMade(h);
      await addDispatches(id, 30_000);
      h.clock.advance(HOUR);
    }
    nextRun(h);
    const done: number[] = [];
    // Enough for one hour's portions, not for those of all four.
    for (let run = 0; run < 4; run++) done.push(await countHours(withRoom(h, 2 + 4 + 4 * 3 + 2)));
    expect(done.reduce((sum, n) => sum + n)).toBe(4);
    expect(done[0]).toBeGreaterThan(0);
    expect(Object.keys(await keptCounts()).filter((key) => key.includes("*"))).toHaveLength(8);
  });

  test("a full round of new hours and of those that are due fits, or is made smaller", async () => {
    const h = createWorld();
    for (let i = 0; i < 32; i++) {
      await givenMade(h);
      h.clock.advance(HOUR);
      if (i === 15) await countHours(h.ctx);
    }
    await env.DB.prepare("UPDATE counted_hours SET recount_at = 0").run();
    const ctx = withRoom(h, 60);
    await countHours(ctx);
    expect(ctx.db.queriesLeft()).toBeGreaterThanOrEqual(90);
    await countHours(h.ctx);
    const totals = Object.entries(await keptCounts()).filter(([key]) => key.includes("*"));
    expect(totals).toHaveLength(32);
  });
});

test("a run that is late, repeated, or reports a failure after it has written, counts the same", async () => {
  const h = createWorld();
  await givenMade(h, { n: 2 });
  h.clock.advance(5 * HOUR);
  await givenMade(h, { n: 3, status: "failed" });
  nextRun(h);
  h.meter.failNext("after");
  expect(await countHours(h.ctx)).toBe(2);
  await Promise.all([countHours(h.ctx), countHours(h.ctx)]);
  const counts = { "0 * push expo sent": 2, "5 * push expo failed": 3 };
  expect(await keptCounts()).toMatchObject(counts);
  h.clock.advance(3 * HOUR);
  await Promise.all([countHours(h.ctx), countHours(h.ctx)]);
  expect(await keptCounts()).toMatchObject(counts);
});

test("a first run counts all that the log has, in a few runs", async () => {
  const h = createWorld({ RETENTION_DAYS: "30" });
  for (let i = 0; i < 40; i++) {
    await givenMade(h);
    h.clock.advance(12 * HOUR);
  }
  let done = 0;
  for (let run = 0; run < 4; run++) done += await countHours(h.ctx);
  expect(done).toBeGreaterThanOrEqual(40);
  const totals = Object.entries(await keptCounts()).filter(([key]) => key.includes("*"));
  expect(totals).toHaveLength(40);
});

test("whatever happens to messages, the counts of an hour are in the end those of the log", async () => {
  const statuses = ["queued", "sent", "delivered", "bounced", "failed", "cancelled"];
  const step = fc.record({
    made: fc.array(
      fc.record({
        org: fc.constantFrom(null, "org_a", "org_b"),
        channel: fc.constantFrom("push", "email"),
        status: fc.constantFrom(...statuses),
      }),
      { maxLength: 3 },
    ),
    changed: fc.nat(),
    to: fc.constantFrom(...statuses),
    hours: fc.nat(5),
    counts: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      await emptyInsight();
      const h = createWorld();
      const ids: string[] = [];
      for (const { made, changed, to, hours, counts } of steps) {
        for (const one of made) ids.push(...(await givenMade(h, one)));
        const id = ids[changed % Math.max(1, ids.length)];
        if (id !== undefined) await change([id], { status: to });
        h.clock.advance(hours * HOUR);
        if (counts) await countHours(h.ctx);
      }
      // Every hour doubles its age.
      for (let i = 0; i < 7; i++) {
        h.clock.advance(20 * HOUR);
        await countHours(h.ctx);
      }
      const { results } = await env.DB.prepare(
        `SELECT channel, status, count(*) AS n FROM dispatches GROUP BY 1, 2 ORDER BY 1, 2`,
      ).all();
      const counted = await env.DB.prepare(
        `SELECT channel, status, sum(n) AS n FROM hourly_counts WHERE org_id = '*' GROUP BY 1, 2 ORDER BY 1, 2`,
      ).all();
      const byOrg = await env.DB.prepare(
        `SELECT channel, status, sum(n) AS n FROM hourly_counts WHERE org_id <> '*' GROUP BY 1, 2 ORDER BY 1, 2`,
      ).all();
      expect(counted.results).toEqual(results);
      expect(byOrg.results).toEqual(results);
    }),
    { numRuns: 15 },
  );
});
