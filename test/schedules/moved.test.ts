import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { rescheduleAll } from "../../src/schedules/user-schedules.ts";
import { createHarness, mint } from "../support/harness.ts";

test("a move to another time zone looks back as far as it can move a step: 26 hours", async () => {
  const h = createHarness();
  const now = h.clock.now();
  const [moved, other] = [mint("usr"), mint("usr")];
  const add = env.DB.prepare(
    "INSERT INTO user_schedules (user_id, kind, next_at, since) VALUES (?, ?, ?, ?)",
  );
  await env.DB.batch([
    add.bind(moved, "deadlines", now + DAY, now - DAY),
    add.bind(moved, "digest", now - HOUR, null),
    add.bind(other, "deadlines", now + DAY, now - DAY),
  ]);
  await h.ctx.db.write({ all: rescheduleAll(sql`SELECT ${moved}`, now) });
  const { results } = await env.DB.prepare(
    "SELECT user_id, kind, next_at, since FROM user_schedules WHERE user_id IN (?, ?) ORDER BY user_id <> ?, kind",
  )
    .bind(moved, other, moved)
    .all();
  expect(results).toEqual([
    { user_id: moved, kind: "deadlines", next_at: now - 1, since: now - DAY - 26 * HOUR },
    { user_id: moved, kind: "digest", next_at: now - HOUR - 1, since: null },
    { user_id: other, kind: "deadlines", next_at: now + DAY, since: now - DAY },
  ]);
});
