import { beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../support/harness.ts";
import { emptyTables, givenPushes } from "../support/pipeline.ts";

const MINUTE = 60_000;
const healthOf = (h: Harness) => h.request("GET", "/healthz", { as: null });

// What is overdue is everybody's, and so is the cron.
beforeEach(async () => {
  await emptyTables();
  await createHarness().deps.bindings.DB.prepare("DELETE FROM job_runs").run();
});

describe("/healthz", () => {
  test("is degraded until the cron has come once: one that was never set up must not go unnoticed", async () => {
    const { status, body } = await healthOf(createHarness());
    expect([status, body.status, body.cron]).toEqual([
      503,
      "degraded",
      { last_tick_at: null, failing_jobs: [] },
    ]);
  });

  test("forgets a job that failed and has not run since: it is no longer one of ours", async () => {
    const h = createHarness();
    await h.tick();
    await h.deps.bindings.DB.prepare("INSERT INTO job_runs VALUES ('renamed', ?1, ?1, 'Error')")
      .bind(h.clock.now())
      .run();
    expect((await healthOf(h)).body.cron.failing_jobs).toEqual(["renamed"]);
    h.clock.advance(2 * 24 * 60 * MINUTE);
    await h.tick();
    expect(await healthOf(h)).toMatchObject({ status: 200, body: { cron: { failing_jobs: [] } } });
  });

  test("after a first tick is well, needs no token and is not cached", async () => {
    const h = createHarness();
    await h.tick();
    const { status, body, headers } = await healthOf(h);
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toMatchObject({
      status: "ok",
      cron: { last_tick_at: new Date(h.clock.now()).toISOString(), failing_jobs: [] },
      oldest_overdue_seconds: null,
      database: { limit_bytes: 10_000_000_000 },
    });
    expect(body.database.size_bytes).toBeGreaterThan(10_000);
  });

  test("says when the cron last ran, and is degraded once that is more than five minutes ago", async () => {
    const h = createHarness();
    const tickedAt = new Date(h.clock.now()).toISOString();
    await h.tick();
    h.clock.advance(5 * MINUTE);
    expect(await healthOf(h)).toMatchObject({ status: 200, body: { cron: { last_tick_at: tickedAt } } });
    h.clock.advance(1);
    expect(await healthOf(h)).toMatchObject({ status: 503, body: { status: "degraded" } });
    await h.tick();
    expect((await healthOf(h)).status).toBe(200);
  });

  test("names a job that fails, until it succeeds", async () => {
    const h = createHarness();
    h.meter.failNext("before", "D1_ERROR: no such column");
    await h.tick();
    const { status, body } = await healthOf(h);
    expect([status, body.cron.failing_jobs]).toEqual([503, [expect.any(String)]]);
    await h.tick();
    expect((await healthOf(h)).body.cron.failing_jobs).toEqual([]);
  });

  test("says how late the oldest dispatch is, although the sweep wakes it again and again", async () => {
    const h = createHarness({ autoDrain: false });
    await givenPushes(h, 1);
    h.clock.advance(MINUTE);
    await givenPushes(h, 1);
    for (let minute = 0; minute < 9; minute++) {
      await h.tick();
      h.clock.advance(MINUTE);
    }
    expect(await healthOf(h)).toMatchObject({ status: 200, body: { oldest_overdue_seconds: 600 } });
    await h.tick();
    h.clock.advance(1_000);
    expect(await healthOf(h)).toMatchObject({ status: 503, body: { oldest_overdue_seconds: 601 } });
    await h.drain();
    expect(await healthOf(h)).toMatchObject({ status: 200, body: { oldest_overdue_seconds: null } });
  });

  test("does not call late what is for later", async () => {
    const h = createHarness({ autoDrain: false });
    await givenPushes(h, 1, { sendAt: h.clock.now() + 60 * MINUTE });
    h.clock.advance(59 * MINUTE);
    expect((await healthOf(h)).body.oldest_overdue_seconds).toBeNull();
  });

  test("is degraded once the database is 80 % full", async () => {
    const h = createHarness({ vars: { DATABASE_LIMIT_MB: "2" } });
    await h.tick();
    const size = async (): Promise<number> => (await healthOf(h)).body.database.size_bytes;
    const empty = await size();
    expect(empty).toBeLessThan(1_600_000);
    expect(await healthOf(h)).toMatchObject({ status: 200, body: { database: { limit_bytes: 2_000_000 } } });
    const db = h.deps.bindings.DB;
    await db
      .prepare("INSERT INTO grants (id, title, known_since) VALUES ('large', ?, 0)")
      .bind("x".repeat(1_600_000 - empty))
      .run();
    expect(await healthOf(h)).toMatchObject({ status: 503, body: { status: "degraded" } });
    await db.prepare("DELETE FROM grants WHERE id = 'large'").run();
  });

  test("is 503 when D1 is away", async () => {
    const h = createHarness();
    h.meter.away(true);
    expect(await healthOf(h)).toMatchObject({ status: 503, body: { code: "unavailable" } });
  });

  test("looks at no more than it must", async () => {
    const h = createHarness({ autoDrain: false });
    await givenPushes(h, 1);
    h.meter.reset();
    await healthOf(h);
    const plans = await Promise.all(
      h.meter.statements.map(({ sql, params }) =>
        h.deps.bindings.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .bind(...params)
          .all<{ detail: string }>(),
      ),
    );
    const steps = plans.flatMap(({ results }) => results.map((row) => row.detail));
    expect(steps.filter((step) => step.startsWith("SCAN") && !step.includes("job_runs"))).toEqual([]);
    expect(steps.join()).toContain("dispatches_to_wake");
  });
});
