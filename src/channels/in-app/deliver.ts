import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { dispatches } from "../../db/schema/index.ts";
import { leftSender } from "../../auth/scope.ts";
import type { Again } from "../../delivery/deliver.ts";
import { OUT_OF_CHARGE } from "../../delivery/verdict.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";

/** After a fault of D1 the messages come again after so many seconds. */
const AFTER_FAULT_SECONDS = 15;

/**
 * Delivers in-app messages whose time has come (those without a time are delivered when they are inserted), and tells
 * their users' open clients. What is delivered already is announced again: a wake-up call for it comes from a call that had
 * too many to announce. There is no provider to fail: one statement does it, in one round trip for the whole batch.
 */
export async function deliverInApp(ctx: Ctx, messages: readonly (readonly string[])[]): Promise<Again> {
  const ids = [...new Set(messages.flat())];
  const now = ctx.clock.now();
  const due = sql`${inJson(dispatches.id, ids)} AND channel = 'in_app' AND status = 'queued' AND due_at <= ${now}`;
  const left = leftSender({ userId: dispatches.user_id, senderOrgId: dispatches.sender_org_id });
  try {
    const results = await ctx.db.writeList([
      sql`UPDATE ${dispatches} SET status = iif(${left}, 'cancelled', 'failed'),
          error_code = iif(${left}, ${OUT_OF_CHARGE.code}, 'expired'),
          error = iif(${left}, ${OUT_OF_CHARGE.message}, 'It could not be sent before it expired'),
          wake_at = NULL, updated_at = ${now}
        WHERE ${due} AND (expires_at <= ${now} OR ${left})`,
      sql`UPDATE ${dispatches} SET status = 'delivered', delivered_count = 1, sent_at = ${now}, delivered_at = ${now},
          wake_at = NULL, updated_at = ${now}
        WHERE ${due}`,
      queuedAmong(ids),
    ]);
    // Who was met too early is woken at their time, if that is soon; the others are the sweep's.
    await wake(ctx, results.at(-1) as ToWake[]);
    return new Map();
  } catch (error) {
    ctx.log.error("round_failed", error, { channel: "in_app", ids: ids.length });
    return new Map(ids.map((id) => [id, AFTER_FAULT_SECONDS]));
  }
}
