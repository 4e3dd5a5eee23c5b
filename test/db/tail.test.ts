import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";

beforeEach(emptyTables);

test("what triggers have queued is taken by one further round trip, however much it is", async () => {
  const h = createHarness({ autoDrain: false });
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
     INSERT INTO dispatches (id, channel, lane, type, status, user_id, targets, delivered_count, failed_count, attempts, claims, due_at, wake_at, created_at, updated_at)
     SELECT printf('triggered-%05d', i), 'webhook', 'hooks', 'message.sent', 'queued', 'wep/none', 1, 0, 0, 0, 0, ?1, 0, ?1, ?1 FROM n`,
  )
    .bind(h.clock.now())
    .run();
  const left = () =>
    env.DB.prepare("SELECT count(*) AS n FROM dispatches WHERE wake_at = 0").first<number>("n");
  h.meter.reset();
  await h.ctx.db.write({ any: sql`UPDATE users SET name = name WHERE id = 'nobody'` });
  expect([h.meter.trips, await left()]).toEqual([2, 1_500]);
  // The next writes take the rest.
  for (let i = 0; i < 2; i++)
    await h.ctx.db.write({ any: sql`UPDATE users SET name = name WHERE id = 'nobody'` });
  expect(await left()).toBe(0);
});
