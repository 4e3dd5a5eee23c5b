import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import { holdsUnusedSlot } from "../outbox/change.ts";
import type { Verdict } from "../outbox/settlement.ts";
import { firstDueAt, firstWakeAt, MAX_AGE_MS } from "../outbox/timing.ts";
import { endedBy } from "./entries.ts";

/** What is decided about a dispatch. */
type Change = Partial<Omit<Verdict, "id">> & Pick<Verdict, "status">;

/** A verdict with everything that does not follow from the outcome. */
export function verdict(dispatch: Dispatch, change: Change): Verdict {
  return {
    id: dispatch.id,
    error_code: null,
    error: null,
    provider: null,
    provider_message_id: null,
    targets: dispatch.targets,
    spent: 0,
    due_at: dispatch.due_at,
    wake_at: null,
    slot_at: dispatch.slot_at,
    follow_at: null,
    sent_at: null,
    chunk_id: dispatch.chunk_id,
    frees_slot: false,
    entry: null,
    ...change,
  };
}

/** Back to the queue, to be sent at `dueAt`. It spends no attempt by itself. */
export const postponed = (
  ctx: Ctx,
  dispatch: Dispatch,
  dueAt: number,
  change: Partial<Change> = {},
): Verdict =>
  verdict(dispatch, {
    status: "queued",
    due_at: dueAt,
    wake_at: firstWakeAt(dueAt, ctx.clock.now(), ctx.config.sweepAfterMs),
    ...change,
  });

export const failed = (
  dispatch: Dispatch,
  code: string,
  message: string,
  change: Partial<Change> = {},
): Verdict => verdict(dispatch, { status: "failed", error_code: code, error: message, ...change });

/** What is added when a dispatch ends: when no provider has seen it, its slot is free again. */
export const ended = (dispatch: Dispatch, isAttempted: boolean): Partial<Change> =>
  isAttempted || !holdsUnusedSlot(dispatch) ? {} : { slot_at: null, frees_slot: true };

/** Why a dispatch fails that could not be sent in time. */
export const EXPIRED = { code: "expired", message: "It could not be sent before it expired" } as const;

export const expired = (dispatch: Dispatch, now: number): Verdict =>
  failed(dispatch, EXPIRED.code, EXPIRED.message, {
    ...ended(dispatch, false),
    entry: endedBy(now, "failed", EXPIRED),
  });

/** Why a dispatch is cancelled whose user has left the organizations of the org_admin who sent it. It has no fallback. */
export const SENDER_LEFT = {
  code: "sender_not_in_charge",
  message: "Its user no longer belongs to the organization that sent it",
} as const;

export const senderLeft = (dispatch: Dispatch, now: number): Verdict =>
  verdict(dispatch, {
    status: "cancelled",
    error_code: SENDER_LEFT.code,
    error: SENDER_LEFT.message,
    ...ended(dispatch, false),
    entry: endedBy(now, "cancelled", SENDER_LEFT),
  });

export const ABANDONED = { code: "abandoned", message: "Sending it was interrupted too often" } as const;

/** Of a dispatch whose consumer is lost each time. It may have been sent, so its slot counts as used. */
export const abandoned = (dispatch: Dispatch, now: number): Verdict =>
  failed(dispatch, ABANDONED.code, ABANDONED.message, { entry: endedBy(now, "failed", ABANDONED) });

/**
 * Whether a dispatch may no longer be sent: it is past its `expires_at`, or `MAX_AGE_MS` late. While it has no slot its age is
 * counted from `due_at`, because its user's budget was booked out or the limiter did not answer.
 */
export const isExpired = (dispatch: Dispatch, now: number): boolean =>
  (dispatch.expires_at !== null && dispatch.expires_at <= now) ||
  Math.max(firstDueAt(dispatch), dispatch.slot_at === null ? dispatch.due_at : 0) + MAX_AGE_MS <= now;
