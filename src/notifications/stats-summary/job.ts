import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import type { Statement } from "../../db/statement.ts";
import { type DispatchRow, dedupeKeys, statsSubscriptions as table, users } from "../../db/schema/index.ts";
import { dispatchRow, insertDispatches, HAS_DEDUPE_KEY } from "../../outbox/create.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import { fromType } from "../../content/type.ts";
import { printId } from "../../lib/ids.ts";
import { type DueSubscription, plan, type Planned, type SummedUp, sumUp } from "./closed-windows.ts";
import { summaryKey } from "./dedupe-key.ts";
import { pushTextOf } from "./push-text.ts";
import { summaryOf } from "./summary.ts";
import { statsSummary } from "./type.ts";

/** The most subscriptions in one portion, and portions in one run. */
const PORTION = 500;
const PORTIONS_PER_TICK = 10;

/**
 * Sends the summaries of closed windows at `DIGEST_HOUR` local time: by push, or by e-mail if that fails. A dedupe key for
 * each window keeps overlapping runs from sending it twice. If several windows closed during an outage, only the last one is
 * summed up. Three round trips a portion; the cost grows with what is due.
 * @returns how many summaries were queued
 */
export async function sendSummaries(ctx: Ctx): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const now = ctx.clock.now();
    const { due } = await ctx.db.read({ due: dueQuery(now) });
    const queued = due.length > 0 ? await send(ctx, plan(due, ctx.config.digestHour, now)) : 0;
    return { done: queued, isLast: due.length < PORTION };
  });
  return done;
}

/** Reads due subscriptions, the longest overdue first. CROSS JOIN keeps SQLite from starting with the users. */
const dueQuery = (now: number): SQL<DueSubscription> =>
  sql<DueSubscription>`SELECT s.id, s.user_id, s.time_window, s.period, s.next_at, u.org_id, u.locale, u.timezone
    FROM ${table} AS s CROSS JOIN ${users} AS u ON u.id = s.user_id
    WHERE s.next_at <= ${now} ORDER BY s.next_at LIMIT ${PORTION}`;

async function send(ctx: Ctx, planned: readonly Planned[]): Promise<number> {
  const messages = (await sumUp(ctx, planned)).map((one) => ({ one, row: messageOf(ctx, one) }));
  const rows = messages.map(({ row }) => row);
  const { queued } = await ctx.db.write({
    keys: rows.length > 0 ? [claimDedupeKeys(messages)] : [],
    messages: insertDispatches(rows, HAS_DEDUPE_KEY),
    rescheduled: moveOn(planned),
    queued: queuedAmong(rows.map((row) => row.id)),
  });
  await wake(ctx, queued);
  return queued.length;
}

function messageOf(ctx: Ctx, summedUp: SummedUp): DispatchRow {
  const { due, pending, closed } = summedUp;
  const payload = summaryOf(summedUp);
  const of = fromType(statsSummary, ctx.clock.now());
  return dispatchRow(ctx, {
    ...of,
    lane: "bulk",
    userId: due.user_id,
    orgId: due.org_id,
    ...pushTextOf(payload, due),
    data: {
      type: of.type,
      notification_id: printId("notif", due.id),
      time_window: due.time_window,
      period: closed.window.key,
    },
    payload,
    // And no longer than until the next one.
    expiresAt: Math.min(pending.next_at, of.expiresAt ?? pending.next_at),
  });
}

/** Inserts the dedupe keys of the messages, if the subscription still exists and has not changed since the read. */
function claimDedupeKeys(messages: readonly { one: SummedUp; row: DispatchRow }[]): Statement {
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

/** Sets the next pending summary of the subscriptions, unless they have changed since the read. */
function moveOn(planned: readonly Planned[]): Statement {
  const given = planned.map(({ due, pending }) => ({ id: due.id, seen: due.next_at, ...pending }));
  return sql`UPDATE ${table} SET period = g.period, next_at = g.next_at
    FROM (SELECT value->>'id' AS id, value->>'seen' AS seen, value->>'period' AS period, value->>'next_at' AS next_at
      FROM json_each(${JSON.stringify(given)})) AS g
    WHERE ${table}.id = g.id AND ${table}.next_at = g.seen`;
}
