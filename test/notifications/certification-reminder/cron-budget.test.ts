import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import { sendDueReminders } from "../../../src/notifications/certification-reminder/job.ts";
import type { Harness } from "../../support/harness.ts";
import { createMailWorld, givenReaders } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";

const EIGHT = Date.UTC(2026, 1, 22, 8);

/** `count` users with a certificate that expires `days` after 08:00 today, and a schedule that is due at `nextAt`. */
async function givenHolders(h: Harness, count: number, days: number, nextAt: number): Promise<void> {
  const readers = await givenReaders(h, count);
  const ids = JSON.stringify(readers.map(({ id }) => id));
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO certifications (id, user_id, name, expires_at, known_since)
       SELECT 'cert_' || value, value, 'First aid', ?1, 0 FROM json_each(?2)`,
    ).bind(EIGHT + days * DAY + HOUR, ids),
    env.DB.prepare(
      "INSERT INTO user_schedules (user_id, kind, next_at) SELECT value, 'certifications', ?1 FROM json_each(?2)",
    ).bind(nextAt, ids),
  ]);
}

async function costOf(h: Harness) {
  h.meter.reset();
  const sends = h.queues.sends;
  const sent = await sendDueReminders(h.ctx);
  const { trips, rowsRead, rowsWritten } = h.meter;
  return { sent, trips, rowsRead, rowsWritten, sends: h.queues.sends - sends };
}

describe("of 10,000 users with certificates", () => {
  const h = createMailWorld();

  beforeAll(async () => {
    await emptyTables();
    for (let i = 0; i < 4; i++) await givenHolders(h, 2_500, 200, EIGHT + 170 * DAY);
  }, 60_000);

  test("nobody is due: the tick reads one row or two, and writes nothing", async () => {
    h.clock.set(EIGHT - HOUR);
    const cost = await costOf(h);
    expect(cost).toMatchObject({ sent: 0, trips: 1, rowsWritten: 0, sends: 0 });
    expect(cost.rowsRead).toBeLessThanOrEqual(2);
  });

  test("50 are due: it costs what they cost, in four round trips", async () => {
    await givenHolders(h, 50, 7, EIGHT);
    h.clock.set(EIGHT);
    const cost = await costOf(h);
    expect(cost).toMatchObject({ sent: 50, trips: 4, sends: 1 });
    expect(cost.rowsRead).toBeLessThan(50 * 25);
    expect(cost.rowsWritten).toBeLessThan(50 * 15);
    expect((await costOf(h)).sent).toBe(0);
  });

  test("no statement goes through a table", async () => {
    await givenHolders(h, 3, 7, EIGHT);
    h.clock.set(EIGHT);
    h.meter.reset();
    await sendDueReminders(h.ctx);
    expect(h.meter.statements.length).toBeGreaterThan(5);
    const steps: string[] = [];
    for (const { sql, params } of h.meter.statements) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      steps.push(...results.map(({ detail }) => detail));
    }
    expect(
      steps.filter((step) => /^SCAN/.test(step) && !/VIRTUAL TABLE|CONSTANT ROW|SCAN g$/.test(step)),
    ).toEqual([]);
  });
});

test("12,000 users who are due at the same minute are reminded within three ticks, each once, in bounded pieces", async () => {
  await emptyTables();
  const h = createMailWorld();
  for (let i = 0; i < 6; i++) await givenHolders(h, 2_000, 7, EIGHT);
  h.clock.set(EIGHT);
  const costs = [await costOf(h), await costOf(h), await costOf(h), await costOf(h)];
  expect(costs.map(({ sent }) => sent)).toEqual([5_000, 5_000, 2_000, 0]);
  expect(costs.map(({ trips }) => trips)).toEqual([20, 20, 9, 1]);
  expect(await env.DB.prepare("SELECT count(DISTINCT user_id) AS n FROM dispatches").first("n")).toBe(12_000);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(12_000);
}, 60_000);
