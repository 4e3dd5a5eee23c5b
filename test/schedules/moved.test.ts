import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { rescheduleAll, rescheduled } from "../../src/schedules/user-schedules.ts";
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

test("a run puts off only what it saw: a schedule that was changed meanwhile stays due", async () => {
  const h = createHarness();
  const now = h.clock.now();
  const users = [mint("usr"), mint("usr"), mint("usr"), mint("usr")];
  const add = env.DB.prepare("INSERT INTO user_schedules (user_id, kind, next_at) VALUES (?, 'digest', ?)");
  await env.DB.batch(users.map((user) => add.bind(user, now)));
  const [kept = "", over = "", changed = "", changedOver = ""] = users;
  const due = users.map((user_id) => ({ user_id, next_at: now }));
  await env.DB.prepare("UPDATE user_schedules SET next_at = ? WHERE user_id IN (?, ?)")
    .bind(now - 1, changed, changedOver)
    .run();
  await h.ctx.db.write({
    all: rescheduled(
      "digest",
      due,
      new Map([
        [kept, now + DAY],
        [changed, now + DAY],
      ]),
    ),
  });
  const nextOf = (user: string) =>
    env.DB.prepare("SELECT next_at FROM user_schedules WHERE user_id = ?").bind(user).first("next_at");
  expect(await Promise.all(users.map(nextOf))).toEqual([now + DAY, null, now - 1, now - 1]);
  expect(over).not.toBe("");
});
