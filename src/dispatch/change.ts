import { and, eq, gt, inArray, isNull, or, type SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { dispatches, type DispatchStatus } from "../db/schema/index.ts";
import { firstWakeAt } from "./timing.ts";

/** Cancels a dispatch that is still queued: a message that a consumer has claimed is no longer ours to stop. */
export const cancelQueued = (ctx: Ctx, where: SQL | undefined): Statement =>
  ctx.db.orm
    .update(dispatches)
    .set({ status: "cancelled", wake_at: null, updated_at: ctx.clock.now() })
    .where(and(where, eq(dispatches.status, "queued")));

/** What may be tried again by a person. */
export const RETRYABLE = ["failed", "bounced"] as const satisfies readonly DispatchStatus[];

/**
 * Puts a failed dispatch back into the queue with all its attempts; deliveries that were accepted stay accepted. It is
 * made anew: not the same request once more, and not yet delivered. What was not to be sent after a time stays as it is.
 * @param senderOrgId of the org_admin on whose word it goes out now; null where no leave is needed
 */
export function requeueFailed(
  ctx: Ctx,
  where: SQL | undefined,
  senderOrgId: string | null = null,
): Statement {
  const now = ctx.clock.now();
  return ctx.db.orm
    .update(dispatches)
    .set({
      status: "queued",
      sender_org_id: senderOrgId,
      attempts: 0,
      claims: 0,
      error_code: null,
      error: null,
      chunk_id: null,
      delivered_at: null,
      // From here on its age is counted.
      scheduled_at: now,
      due_at: now,
      wake_at: firstWakeAt(now, now, ctx.config.sweepAfterMs),
      updated_at: now,
    })
    .where(
      and(
        where,
        inArray(dispatches.status, [...RETRYABLE]),
        or(isNull(dispatches.expires_at), gt(dispatches.expires_at, now)),
      ),
    );
}
