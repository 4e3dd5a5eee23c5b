import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import { SECOND } from "../lib/clock.ts";
import { followAtAfter } from "../outbox/chain.ts";
import type { Verdict } from "../outbox/settlement.ts";
import type { TimelineEntry } from "../outbox/timeline.ts";
import { AFTER_FAULT_SECONDS, MAX_CLAIMS } from "../outbox/timing.ts";
import { type Budget, HORIZON_MS, type Slot } from "../rate-limit/limiter.ts";
import { deferOverQuota, uncountQuota } from "../rate-limit/quota/quota.ts";
import type { Wait } from "./channel.ts";
import type { ClaimedDispatch } from "./claim.ts";
import { postponedBy, waitKind } from "./entries.ts";
import { abandoned, expired, isExpired, postponed, senderLeft } from "./verdicts.ts";
import { slotsFor } from "../rate-limit/budgets.ts";

/**
 * A dispatch that found no free slot asks again this long before the next one becomes free. By then half of the booked slots
 * are over. If all waiting dispatches asked when the first slot becomes free, they would ask every minute.
 */
const ASK_AHEAD_MS = HORIZON_MS / 2;

/** What may be sent now, and what is decided about the rest. */
export interface Sorted {
  ready: Dispatch[];
  verdicts: Verdict[];
}

/**
 * Separates what may be sent now from what has expired, has been interrupted too often, may no longer be sent by its
 * sender, must wait for its user, is over its organization's quota, or must wait for its user's slot.
 * @param waitFor why a dispatch waits for its user, before it takes anything; null when it does not
 */
export async function sortOut(
  ctx: Ctx,
  budget: Budget,
  dispatches: readonly ClaimedDispatch[],
  waitFor: (dispatch: Dispatch, now: number) => Wait | null,
): Promise<Sorted> {
  const sorted: Sorted = { ready: [], verdicts: [] };
  const now = ctx.clock.now();
  const alive: Dispatch[] = [];
  for (const dispatch of dispatches) {
    const verdict =
      endOf(dispatch, now) ??
      waitingFor(
        ctx,
        dispatch,
        waitSafely(ctx, dispatch, () => waitFor(dispatch, now)),
      );
    if (verdict === null) alive.push(dispatch);
    else sorted.verdicts.push(verdict);
  }
  const { waits, taken } = await deferOverQuota(ctx, alive);
  const inQuota = alive.filter(({ id }) => !waits.has(id));
  const slots = await slotsFor(
    ctx,
    budget,
    inQuota.filter(({ slot_at }) => slot_at === null),
  );
  uncountQuota(
    ctx,
    inQuota.filter(({ id }) => taken.has(id) && slots.get(id)?.at == null),
  );
  for (const dispatch of alive) {
    const nextDay = waits.get(dispatch.id);
    if (nextDay === undefined) sortBySlot(ctx, sorted, dispatch, slotOf(dispatch, slots), now);
    else sorted.verdicts.push(later(ctx, dispatch, nextDay, nextDay, postponedBy(now, "quota", nextDay)));
  }
  return sorted;
}

/** A dispatch whose wait cannot be told goes on to be sent, which says what is wrong with it. It must not stop the others. */
function waitSafely(ctx: Ctx, { id, type }: Dispatch, waitFor: () => Wait | null): Wait | null {
  try {
    return waitFor();
  } catch (error) {
    ctx.log.error("wait_unknown", error, { dispatch: id, type });
    return null;
  }
}

/** Why a dispatch is never sent; null when it may be. */
export function endOf(dispatch: ClaimedDispatch, now: number): Verdict | null {
  if (dispatch.left_sender === 1) return senderLeft(dispatch, now);
  if (isExpired(dispatch, now)) return expired(dispatch, now);
  return dispatch.claims > MAX_CLAIMS ? abandoned(dispatch, now) : null;
}

/**
 * Of a dispatch that waits for its user. It keeps the slot that it has, moved to the end of the wait, because its age is
 * counted from there. One that is worth nothing by then ends now.
 */
function waitingFor(ctx: Ctx, dispatch: Dispatch, wait: Wait | null): Verdict | null {
  if (wait === null) return null;
  const { until, code, message } = wait;
  const now = ctx.clock.now();
  if (isOverBy(dispatch, wait)) return expired(dispatch, now);
  return postponed(ctx, dispatch, until, {
    error_code: code,
    error: message,
    slot_at: dispatch.slot_at === null ? null : Math.max(dispatch.slot_at, until),
    follow_at: followAtAfter(dispatch, until),
    entry: postponedBy(now, waitKind(code), until, wait),
  });
}

/** Whether a dispatch is worth nothing any more when its wait is over. */
export const isOverBy = (
  { expires_at }: Pick<Dispatch, "expires_at">,
  { until, worthUntil = Infinity }: Pick<Wait, "until" | "worthUntil">,
): boolean => Math.min(worthUntil, expires_at ?? Infinity) <= until;

/** When a dispatch with this slot is sent, and when it is looked at again, epoch ms. */
export function timesOf(slot: Slot): { sendAt: number; dueAt: number } {
  const sendAt = slot.at ?? slot.askAgainAt + HORIZON_MS;
  return { sendAt, dueAt: slot.at ?? sendAt - ASK_AHEAD_MS };
}

/** Where a dispatch has its slot: from an earlier attempt, or as the limiter has said; undefined when it did not answer. */
const slotOf = ({ id, slot_at }: Dispatch, slots: ReadonlyMap<string, Slot>): Slot | undefined =>
  slot_at === null ? slots.get(id) : { id, at: slot_at };

function sortBySlot(
  ctx: Ctx,
  { ready, verdicts }: Sorted,
  dispatch: Dispatch,
  slot: Slot | undefined,
  now: number,
): void {
  if (slot === undefined) {
    const until = now + AFTER_FAULT_SECONDS * SECOND;
    verdicts.push(postponed(ctx, dispatch, until, { entry: postponedBy(now, "limiter_away", until) }));
    return;
  }
  const withSlot = { ...dispatch, slot_at: slot.at };
  const { sendAt, dueAt } = timesOf(slot);
  if (slot.at !== null && sendAt <= ctx.clock.now()) ready.push(withSlot);
  else verdicts.push(later(ctx, withSlot, sendAt, dueAt, postponedBy(now, "slot", dueAt)));
}

/**
 * Of a dispatch that can be sent at `sendAt`. One that expires before ends now, so that another can have its slot, and its
 * fallback still comes in time.
 * @param dueAt when it is looked at again
 */
const later = (ctx: Ctx, dispatch: Dispatch, sendAt: number, dueAt: number, entry: TimelineEntry): Verdict =>
  isOverBy(dispatch, { until: sendAt })
    ? expired(dispatch, entry.at)
    : postponed(ctx, dispatch, dueAt, { entry, follow_at: followAtAfter(dispatch, sendAt) });
