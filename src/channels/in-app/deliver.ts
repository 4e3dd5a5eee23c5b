import { sql } from "drizzle-orm";
import { leftSender } from "../../auth/scope.ts";
import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { hasRoom } from "../../db/client.ts";
import { inJson } from "../../db/json.ts";
import { type Dispatch, dispatches } from "../../db/schema/index.ts";
import type { RetryAfter } from "../../delivery/channel.ts";
import { endedBy } from "../../delivery/entries.ts";
import { endOfRounds, MAX_ROUNDS, packRounds, ROUND } from "../../delivery/deliver.ts";
import { EXPIRED, SENDER_LEFT } from "../../delivery/verdicts.ts";
import { appended } from "../../outbox/timeline.ts";
import { AFTER_FAULT_SECONDS } from "../../outbox/timing.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";
import { messagesOf } from "../../outbox/messages.ts";
import { decideAndSay, settleSaid } from "./say.ts";
import { loadInApp } from "./shown.ts";

/**
 * Delivers in-app messages that are due and wanted, and announces them to their users' open clients. What is delivered
 * already (by inserting it) is announced again, because such a wake-up call comes from a call that had too many to announce.
 * No provider can fail here. Two round trips for each hundred messages, until `end` (epoch ms).
 */
export async function deliverInApp(
  ctx: Ctx,
  types: NotificationTypes,
  messages: readonly (readonly string[])[],
  end = endOfRounds(ctx),
): Promise<RetryAfter> {
  const retryAfter: RetryAfter = new Map();
  const toWake: ToWake[] = [];
  for (const [i, ids] of packRounds(messages, ROUND).entries()) {
    const isOver = i >= MAX_ROUNDS || ctx.clock.now() >= end || !hasRoom(ctx.db);
    try {
      if (isOver) for (const id of ids) retryAfter.set(id, 0);
      else toWake.push(...(await deliverRound(ctx, types, ids)));
    } catch (error) {
      ctx.log.error("round_failed", error, { channel: "in_app", ids: ids.length });
      for (const id of ids) retryAfter.set(id, AFTER_FAULT_SECONDS);
    }
  }
  // All at once, since the number of users who are announced to in an invocation is bounded.
  await wake(ctx, toWake);
  return retryAfter;
}

/** @returns what is to be announced, or woken: what is due soon, and what has changed since it was read */
async function deliverRound(ctx: Ctx, types: NotificationTypes, ids: readonly string[]): Promise<ToWake[]> {
  const now = ctx.clock.now();
  const all = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const isDue = sql`${inJson(dispatches.id, ids)} AND channel = 'in_app' AND status = 'queued' AND due_at <= ${now}`;
  const left = leftSender({ userId: dispatches.user_id, senderOrgId: dispatches.sender_org_id });
  const { due, loaded, others } = await ctx.db.write({
    end: sql`UPDATE ${dispatches} SET status = iif(${left}, 'cancelled', 'failed'),
        error_code = iif(${left}, ${SENDER_LEFT.code}, ${EXPIRED.code}),
        error = iif(${left}, ${SENDER_LEFT.message}, ${EXPIRED.message}),
        wake_at = NULL, updated_at = ${now},
        timeline = iif(${left}, ${appended(endedBy(now, "cancelled", SENDER_LEFT))}, ${appended(endedBy(now, "failed", EXPIRED))})
      WHERE ${isDue} AND (expires_at <= ${now} OR ${left})`,
    due: sql<Dispatch>`SELECT * FROM ${dispatches} WHERE ${isDue}`,
    loaded: loadInApp(messagesOf(all)),
    others: queuedAmong(ids),
  });
  const decided = new Set(due.map(({ id }) => id));
  const rest = others.filter(({ id }) => !decided.has(id));
  const said = await decideAndSay(ctx, types, due, loaded);
  return [...rest, ...(await settleSaid(ctx, said))];
}
