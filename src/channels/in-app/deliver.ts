import { sql } from "drizzle-orm";
import { leftSender } from "../../auth/scope.ts";
import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { dispatches } from "../../db/schema/index.ts";
import type { RetryAfter } from "../../delivery/channel.ts";
import { EXPIRED, SENDER_LEFT } from "../../delivery/record-round.ts";
import { AFTER_FAULT_SECONDS } from "../../outbox/timing.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";
import { chunks } from "../../lib/chunks.ts";
import { loadSaid, settleSaid } from "./say.ts";

/** Messages that are decided upon and rendered together, so that one write can hold their texts. */
const ROUND = 100;

/**
 * Delivers in-app messages that are due and wanted, and announces them to their users' open clients. What is delivered
 * already (by inserting it) is announced again, because such a wake-up call comes from a call that had too many to announce.
 * No provider can fail here. One round trip, and two for each hundred messages that are decided upon and rendered now.
 */
export async function deliverInApp(
  ctx: Ctx,
  types: NotificationTypes,
  messages: readonly (readonly string[])[],
): Promise<RetryAfter> {
  const ids = [...new Set(messages.flat())];
  const now = ctx.clock.now();
  const due = sql`${inJson(dispatches.id, ids)} AND channel = 'in_app' AND status = 'queued' AND due_at <= ${now}`;
  const left = leftSender({ userId: dispatches.user_id, senderOrgId: dispatches.sender_org_id });
  try {
    const { toSay, toWake } = await ctx.db.write({
      end: sql`UPDATE ${dispatches} SET status = iif(${left}, 'cancelled', 'failed'),
          error_code = iif(${left}, ${SENDER_LEFT.code}, ${EXPIRED.code}),
          error = iif(${left}, ${SENDER_LEFT.message}, ${EXPIRED.message}),
          wake_at = NULL, updated_at = ${now}
        WHERE ${due} AND (expires_at <= ${now} OR ${left})`,
      toSay: sql<{ id: string }>`SELECT id FROM ${dispatches} WHERE ${due}`,
      toWake: queuedAmong(ids),
    });
    // Re-enqueue dispatches that are due soon. The sweep wakes those that are due later.
    const said = new Set(toSay.map(({ id }) => id));
    await wake(
      ctx,
      toWake.filter(({ id }) => !said.has(id)),
    );
    const settled: ToWake[] = [];
    for (const round of chunks([...said], ROUND))
      settled.push(...(await settleSaid(ctx, await loadSaid(ctx, types, round))));
    await wake(ctx, settled);
    return new Map();
  } catch (error) {
    ctx.log.error("round_failed", error, { channel: "in_app", ids: ids.length });
    return new Map(ids.map((id) => [id, AFTER_FAULT_SECONDS]));
  }
}
