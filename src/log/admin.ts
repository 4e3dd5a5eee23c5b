import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { type Dispatch, dispatches, dedupeKeys } from "../db/schema/index.ts";
import { type Scope, senderOf } from "../auth/scope.ts";
import { Failure, notFound } from "../lib/failure.ts";
import type { Listed, Page } from "../lib/page.ts";
import { giveBack } from "../rate-limit/budgets.ts";
import type { Outcome } from "../delivery/outcome.ts";
import {
  cancelQueued,
  notRetryable,
  requeueFailed,
  wasSentSince,
  holdsUnusedSlot,
} from "../outbox/change.ts";
import { type Linked, actable, findActable, findDispatch, isActable } from "./read.ts";
import { listDispatches, type LogFilter } from "./list.ts";
import { appended } from "../outbox/timeline.ts";
import { wakesItself } from "../outbox/timing.ts";
import { messagesOf } from "../outbox/messages.ts";
import { wake } from "../outbox/wake.ts";

/** A batch's answer lists so many ids; the log has them all. */
const MAX_BATCH_IDS = 1_000;

/** A page of the whole log. One round trip. */
export const listLog = async (
  ctx: Ctx,
  scope: Scope,
  filter: LogFilter,
  page: Page,
): Promise<Listed<Linked>> => (await ctx.db.read({ list: listDispatches(ctx, scope, filter, page) })).list;

/** @throws 404 */
export async function getDispatch(ctx: Ctx, scope: Scope, id: string): Promise<Linked> {
  const { found } = await ctx.db.read({ found: findDispatch(scope, null, id) });
  const [dispatch] = found;
  if (dispatch === undefined) throw notFound("dispatch");
  return dispatch;
}

/** The first dispatches of a batch of reminders, in order, without those that could not be sent from the start. */
export async function batchIds(ctx: Ctx, batchId: string): Promise<string[]> {
  const { rows } = await ctx.db.read({
    rows: sql<{ id: string }>`SELECT id FROM ${dispatches} WHERE batch_id = ${batchId}
        AND EXISTS (SELECT 1 FROM ${dedupeKeys} WHERE dispatch_id = ${dispatches}.id)
      ORDER BY id LIMIT ${MAX_BATCH_IDS}`,
  });
  return rows.map((row) => row.id);
}

/**
 * Makes a change that not every state allows, with its audit entry, and reads the dispatch after it. One round trip.
 * @param refusal what to answer where the state did not allow it
 * @throws 404; 403 where its user has left the caller's organizations
 */
async function change(
  ctx: Ctx,
  scope: Scope,
  { id, action, author }: { id: string; action: string; author: Author },
  statement: Statement,
  refusal: (dispatch: Dispatch) => Failure,
): Promise<Dispatch> {
  const entry = ctx.ids.uuid();
  const { made, found } = await ctx.db.write({
    change: statement,
    audit: audit({ id: entry, action, target: id, ...author }, CHANGED),
    made: isAudited(entry),
    found: findActable(scope, null, id),
  });
  const dispatch = actable(found, "dispatch");
  if (made.length === 0) throw refusal(dispatch);
  return dispatch;
}

/**
 * Puts a dispatch that has failed or was cancelled back into the queue, unless it is known already that it could not be
 * sent. Two round trips.
 * @throws 404, 403; 409 unless it failed, bounced or was cancelled, has not expired, was not said by another dispatch since,
 *   and its channel would not refuse it
 */
export async function retryDispatch(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<Dispatch> {
  const now = ctx.clock.now();
  const { found, sent, refusals } = await ctx.db.read({
    found: findActable(scope, null, id),
    sent: wasSentSince(ctx, id),
    refusals: Object.fromEntries(
      [...ctx.channels.values()].flatMap(({ channel, check }) =>
        check === null ? [] : [[channel, check(messagesOf(sql`(SELECT ${id})`), now)]],
      ),
    ),
  });
  const failure = (dispatch: Dispatch) => {
    const reason = notRetryable(dispatch, sent.length > 0, now);
    return reason && new Failure("conflict", reason.detail, { code: reason.code });
  };
  const before = actable(found, "dispatch");
  const hindered =
    failure(before) ??
    (ctx.channels.has(before.channel)
      ? hindrance(refusals[before.channel]?.(before) ?? null)
      : notConfigured());
  if (hindered !== null) throw hindered;
  const dispatch = await change(
    ctx,
    scope,
    { id, action: "dispatch.retry", author },
    requeueFailed(ctx, isActable(scope, null, id), senderOf(scope), author.actor),
    (after) => failure(after) ?? new Failure("conflict", "It has changed meanwhile.", { code: "changed" }),
  );
  if (wakesItself(dispatch.due_at, now))
    await wake(ctx, [{ id, channel: dispatch.channel, lane: dispatch.lane, at: dispatch.due_at }]);
  return dispatch;
}

/** Why a dispatch cannot be sent again: nothing would take it. */
const notConfigured = (): Failure =>
  new Failure("conflict", "The service does not have its channel (any more).", { code: "not_configured" });

/** Why a dispatch cannot be sent again: its channel would refuse it now. */
const hindrance = (refusal: Outcome | null): Failure | null =>
  refusal !== null && "code" in refusal
    ? new Failure("conflict", `It could not be sent: ${refusal.message}.`, { code: refusal.code })
    : null;

/**
 * Writes a note on a dispatch, whatever its state. One round trip.
 * @returns the dispatch; its `updated_at` is the time of the note
 * @throws 404, 403
 */
export async function noteDispatch(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  id: string,
  note: string,
): Promise<Dispatch> {
  const now = ctx.clock.now();
  const { found } = await ctx.db.write({
    // Readers of an inbox see `updated_at`, and notes are not for them.
    note: sql`UPDATE ${dispatches} SET note = ${note}, updated_at = iif(inbox_seq IS NULL, ${now}, updated_at),
        timeline = ${appended({ did: "noted", at: now, by: author.actor })}
      WHERE ${isActable(scope, null, id)}`,
    audit: audit({ id: ctx.ids.uuid(), action: "dispatch.note", target: id, ...author }, CHANGED),
    found: findActable(scope, null, id),
  });
  return { ...actable(found, "dispatch"), updated_at: now };
}

/** Cancels a queued dispatch, and frees its slot. One round trip. @throws 404, 403; 409 once it is no longer queued */
export async function cancelDispatch(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<Dispatch> {
  const dispatch = await change(
    ctx,
    scope,
    { id, action: "dispatch.cancel", author },
    cancelQueued(ctx, isActable(scope, null, id), undefined, author.actor),
    ({ status }) =>
      new Failure("conflict", `Only what is queued can be cancelled; it is ${status}.`, {
        code: "not_queued",
      }),
  );
  if (holdsUnusedSlot(dispatch)) await giveBack(ctx, [dispatch]);
  return dispatch;
}
