import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { hasRoom } from "../../db/client.ts";
import type { Statement } from "../../db/statement.ts";
import { type DispatchRow, dedupeKeys, statsSubscriptions as table, users } from "../../db/schema/index.ts";
import { dispatchRow, insertDispatches, HAS_DEDUPE_KEY } from "../../outbox/create.ts";
import { summaryKey } from "../../outbox/dedupe-keys.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";
import { DAY } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { type DueSubscription, lookAt, type LookedAt, type SummedUp, sumUp } from "./closed-windows.ts";
import { pushTextOf } from "./push-text.ts";
import { summaryOf } from "./summary.ts";

/** Subscriptions dealt with in one go, and goes of one tick. */
const PORTION = 500;
const PORTIONS_PER_TICK = 10;

/** A summary is news for a week, and no longer than until the next one. */
const NEWS_MS = 7 * DAY;

/**
 * Sends the summaries of the windows that have closed, at `DIGEST_HOUR` local time: by push, or by e-mail where that
 * fails. An occasion a window keeps overlapping ticks from telling it twice, and of several windows missed in an outage
 * the last is told. Three round trips a portion; the cost grows with what is due.
 * @returns how many summaries were queued
 */
export async function sendSummaries(ctx: Ctx): Promise<number> {
  let sent = 0;
  for (let portion = 0; portion < PORTIONS_PER_TICK && hasRoom(ctx.db); portion++) {
    const now = ctx.clock.now();
    const [rows = []] = await ctx.db.readList([dueQuery(now)]);
    const due = rows as DueSubscription[];
    if (due.length > 0) sent += await send(ctx, lookAt(due, ctx.config.digestHour, now));
    if (due.length < PORTION) break;
  }
  return sent;
}

/** The longest overdue first. CROSS JOIN keeps SQLite from starting with the users. */
const dueQuery = (now: number): SQL =>
  sql`SELECT s.id, s.user_id, s.time_window, s.period, s.next_at, u.org_id, u.locale, u.timezone
    FROM ${table} AS s CROSS JOIN ${users} AS u ON u.id = s.user_id
    WHERE s.next_at <= ${now} ORDER BY s.next_at LIMIT ${PORTION}`;

async function send(ctx: Ctx, looked: readonly LookedAt[]): Promise<number> {
  const messages = (await sumUp(ctx, looked)).map((one) => ({ one, row: messageOf(ctx, one) }));
  const rows = messages.map(({ row }) => row);
  const results = await ctx.db.writeList([
    ...(rows.length > 0 ? [notifyOf(messages)] : []),
    ...insertDispatches(rows, HAS_DEDUPE_KEY),
    moveOn(looked),
    queuedAmong(rows.map((row) => row.id)),
  ]);
  const queued = results.at(-1) as ToWake[];
  await wake(ctx, queued);
  return queued.length;
}

function messageOf(ctx: Ctx, summedUp: SummedUp): DispatchRow {
  const { due, pending, closed } = summedUp;
  const payload = summaryOf(summedUp);
  return dispatchRow(ctx, {
    channel: "push",
    lane: "bulk",
    type: "stats_summary",
    userId: due.user_id,
    orgId: due.org_id,
    ...pushTextOf(payload, due),
    data: {
      type: "stats_summary",
      notification_id: printId("notif", due.id),
      time_window: due.time_window,
      period: closed.window.key,
    },
    payload,
    fallback: "email",
    expiresAt: Math.min(pending.next_at, ctx.clock.now() + NEWS_MS),
  });
}

/** Points occasions to their messages, for those subscriptions that are still there and as they were when they were read. */
function notifyOf(messages: readonly { one: SummedUp; row: DispatchRow }[]): Statement {
  const given = messages.map(({ one: { due, closed }, row }) => ({
    id: due.id,
    seen: due.next_at,
    key: summaryKey(due.id, closed.window.key),
    dispatch_id: row.id,
  }));
  return sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
    SELECT g.value->>'key', g.value->>'dispatch_id' FROM json_each(${JSON.stringify(given)}) AS g
    CROSS JOIN ${table} AS s ON s.id = g.value->>'id' AND s.next_at = g.value->>'seen'
    WHERE true ON CONFLICT DO NOTHING`;
}

/** Lets the subscriptions wait for their next summary, unless something has changed what they wait for meanwhile. */
function moveOn(looked: readonly LookedAt[]): Statement {
  const given = looked.map(({ due, pending }) => ({ id: due.id, seen: due.next_at, ...pending }));
  return sql`UPDATE ${table} SET period = g.period, next_at = g.next_at
    FROM (SELECT value->>'id' AS id, value->>'seen' AS seen, value->>'period' AS period, value->>'next_at' AS next_at
      FROM json_each(${JSON.stringify(given)})) AS g
    WHERE ${table}.id = g.id AND ${table}.next_at = g.seen`;
}
