import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { builder } from "../db/builder.ts";
import type { Statement } from "../db/statement.ts";
import { type Dispatch, dispatches, dedupeKeys } from "../db/schema/index.ts";
import type { Unsent } from "../rate-limit/budgets.ts";
import { fallbackKey } from "./dedupe-keys.ts";
import { appended } from "./timeline.ts";
import { LOOK_AHEAD_MS } from "./timing.ts";

/** Why a dispatch was cancelled for good. A dispatch that a person has cancelled has no reason. */
export const SUBSCRIPTION_REMOVED = {
  code: "subscription_removed",
  message: "The subscription that it was for has been removed",
};

export const EVENT_CANCELLED = {
  code: "event_cancelled",
  message: "The event that it was for has been cancelled",
};

type Reason = typeof SUBSCRIPTION_REMOVED | typeof EVENT_CANCELLED;

/** What was cancelled for one of these reasons stays so. */
const FINAL: readonly string[] = [SUBSCRIPTION_REMOVED.code, EVENT_CANCELLED.code];

/**
 * Cancels a dispatch that is still queued. Once a consumer has claimed it, it cannot be stopped.
 * @param by `role:id` of the person who cancels it, for its timeline
 */
export function cancelQueued(ctx: Ctx, where: SQL | undefined, reason?: Reason, by?: string): Statement {
  const now = ctx.clock.now();
  return builder
    .update(dispatches)
    .set({
      status: "cancelled",
      wake_at: null,
      follow_at: null,
      updated_at: now,
      timeline: appended({ did: "cancelled", at: now, by, code: reason?.code }),
      ...(reason && { error_code: reason.code, error: reason.message }),
    })
    .where(and(where, eq(dispatches.status, "queued")));
}

/**
 * Whether a dispatch has a slot that no attempt has used. When its consumer was lost while it had the dispatch, the message
 * may have been sent, and the slot counts as used.
 */
export const holdsUnusedSlot = ({
  slot_at,
  sent_at,
  claims,
}: Pick<Dispatch, "slot_at" | "sent_at" | "claims">): boolean =>
  slot_at !== null && (sent_at === null || sent_at < slot_at) && claims <= 1;

/** Reads, after `cancelQueued` in the same batch, the dispatches whose slots are free now. */
export const cancelledUnsent = (where: SQL): SQL<Unsent> =>
  sql<Unsent>`SELECT id, user_id, channel, type FROM ${dispatches} WHERE ${where} AND status = 'cancelled'
    AND slot_at IS NOT NULL AND (sent_at IS NULL OR sent_at < slot_at)`;

/**
 * Whether a later dispatch has replaced `d`: one of the same superseding type, or the fallback of `d` on another channel.
 */
const sentSince = (
  { types }: Ctx,
  d: SQL,
): SQL => sql`((${d}.type IN ${types.superseding} AND EXISTS (SELECT 1 FROM ${dispatches} AS n
    WHERE n.user_id = ${d}.user_id AND n.channel = ${d}.channel AND n.id > ${d}.id AND n.type = ${d}.type
      AND n.status IN ('queued', 'sending', 'sent', 'delivered')))
  OR EXISTS (SELECT 1 FROM ${dedupeKeys} AS o WHERE o.key = ${fallbackKey(sql`${d}.id`)}))`;

/** Finds a row if a later dispatch has replaced this one. */
export const wasSentSince = (ctx: Ctx, id: string): SQL<{ 1: number }> =>
  sql`SELECT 1 FROM ${dispatches} AS d WHERE d.id = ${id} AND ${sentSince(ctx, sql.raw("d"))}`;

/** Whether a person may retry a dispatch: it has failed, or it was cancelled and no later dispatch has replaced it. */
const isRetryable = (
  ctx: Ctx,
): SQL => sql`(${dispatches.status} IN ('failed', 'bounced') OR (${dispatches.status} = 'cancelled'
  AND coalesce(${dispatches.error_code}, '') NOT IN ${FINAL} AND NOT ${sentSince(ctx, sql`${dispatches}`)}))`;

/**
 * Why a dispatch cannot be put back into the queue, in words; null when it can. The same conditions as in `requeueFailed`.
 * @param isSent whether `wasSentSince` found a row
 */
export function notRetryable(
  { status, error_code, error, expires_at }: Dispatch,
  isSent: boolean,
  now: number,
): { code: string; detail: string } | null {
  if (status !== "failed" && status !== "bounced" && status !== "cancelled")
    return {
      code: "not_failed",
      detail: `Only what has failed or was cancelled can be retried; it is ${status}.`,
    };
  if (status === "cancelled" && error_code !== null && FINAL.includes(error_code))
    return { code: error_code, detail: `${error ?? error_code}.` };
  if (status === "cancelled" && isSent)
    return { code: "told_since", detail: "Another message has said the same since it was cancelled." };
  if (expires_at !== null && expires_at <= now)
    return { code: "expired", detail: `It was not to be sent after ${new Date(expires_at).toISOString()}.` };
  return null;
}

/**
 * Puts a dispatch that has failed or was cancelled back into the queue with all its attempts. Deliveries that were accepted
 * stay accepted, so they are not repeated. `expires_at` and `scheduled_at` hold as before; what belongs to earlier attempts
 * (error, slot, shared request, delivery, feedback) is reset.
 * @param senderOrgId of the org_admin who sends it now; null where no permission is needed
 * @param by `role:id` of the person who retries it, for its timeline
 */
export function requeueFailed(
  ctx: Ctx,
  where: SQL | undefined,
  senderOrgId: string | null = null,
  by?: string,
): Statement {
  const now = ctx.clock.now();
  const due = sql`max(${now}, coalesce(${dispatches.scheduled_at}, 0))`;
  return builder
    .update(dispatches)
    .set({
      status: "queued",
      sender_org_id: senderOrgId,
      attempts: 0,
      claims: 0,
      error_code: null,
      error: null,
      chunk_id: null,
      // A slot that no attempt has used was given back before.
      slot_at: sql`CASE WHEN ${dispatches.sent_at} >= ${dispatches.slot_at} THEN ${dispatches.slot_at} END`,
      delivered_at: null,
      feedback_weight: null,
      // The maximum age is counted from this time.
      scheduled_at: due,
      due_at: due,
      // As firstWakeAt says.
      wake_at: sql`${due} + iif(${due} - ${now} <= ${2 * LOOK_AHEAD_MS}, ${ctx.config.sweepAfterMs}, 0)`,
      updated_at: now,
      timeline: appended(
        sql`json_object('did', 'retried', 'at', ${now}, 'by', ${by ?? null}, 'code', ${dispatches.error_code})`,
      ),
    })
    .where(
      and(
        where,
        isRetryable(ctx),
        sql`(${dispatches.expires_at} IS NULL OR ${dispatches.expires_at} > ${now})`,
      ),
    );
}
