import { sql } from "drizzle-orm";
import { audit, type AuditEntry, CHANGED, isAudited } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { type Dispatch, dispatches, occasions } from "../db/schema/index.ts";
import { type Scope, senderOf } from "../directory/scope.ts";
import { isoOrNull } from "../lib/clock.ts";
import { Failure, notFound } from "../lib/failure.ts";
import type { Listed, Page } from "../lib/page.ts";
import { cancelQueued, requeueFailed, RETRYABLE } from "./change.ts";
import {
  actable,
  findActable,
  findDispatch,
  isActable,
  listDispatches,
  listed,
  type LogFilter,
} from "./log.ts";
import { wake } from "./wake.ts";

type Author = Pick<AuditEntry, "actor" | "requestId">;

/** A batch's answer lists so many ids; the log has them all. */
const MAX_BATCH_IDS = 1_000;

/** The whole log. One round trip. */
export const listLog = async (
  ctx: Ctx,
  scope: Scope,
  filter: LogFilter,
  page: Page,
): Promise<Listed<Dispatch>> => listed(await ctx.db.read(listDispatches(scope, filter, page)));

/** @throws 404 */
export async function getDispatch(ctx: Ctx, scope: Scope, id: string): Promise<Dispatch> {
  const [found = []] = await ctx.db.read([findDispatch(scope, null, id)]);
  return theOne(found);
}

/** The first dispatches of a batch of reminders, in order; failures from the start tell nobody anything, and are not among them. */
export async function batchIds(ctx: Ctx, batchId: string): Promise<string[]> {
  const [rows = []] = await ctx.db.read([
    sql`SELECT id FROM ${dispatches} WHERE batch_id = ${batchId}
        AND EXISTS (SELECT 1 FROM ${occasions} WHERE dispatch_id = ${dispatches}.id)
      ORDER BY id LIMIT ${MAX_BATCH_IDS}`,
  ]);
  return (rows as { id: string }[]).map((row) => row.id);
}

const theOne = ([dispatch]: unknown[]): Dispatch => {
  if (dispatch === undefined) throw notFound("dispatch");
  return dispatch as Dispatch;
};

/**
 * Makes a change that not every state allows, with its audit entry, and reads what came of it. One round trip.
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
  const [, , made = [], found = []] = await ctx.db.write([
    statement,
    audit({ id: entry, action, target: id, ...author }, CHANGED),
    isAudited(entry),
    findActable(scope, null, id),
  ]);
  const dispatch = actable(found, "dispatch");
  if (made.length === 0) throw refusal(dispatch);
  return dispatch;
}

/** Puts a failed dispatch back into the queue. One round trip. @throws 404, 403; 409 unless failed or bounced, and not past its time */
export async function retryDispatch(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<Dispatch> {
  const dispatch = await change(
    ctx,
    scope,
    { id, action: "dispatch.retry", author },
    requeueFailed(ctx, isActable(scope, null, id), senderOf(scope)),
    ({ status, expires_at }) =>
      (RETRYABLE as readonly string[]).includes(status)
        ? new Failure("conflict", `It was not to be sent after ${isoOrNull(expires_at) ?? "now"}.`, {
            code: "expired",
          })
        : new Failure("conflict", `Only what has failed can be retried; it is ${status}.`, {
            code: "not_failed",
          }),
  );
  await wake(ctx, [{ id, channel: dispatch.channel, lane: dispatch.lane, at: dispatch.due_at }]);
  return dispatch;
}

/** Notes something over a dispatch, whatever its state. One round trip. @throws 404, 403 */
export async function noteDispatch(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  id: string,
  note: string,
): Promise<Dispatch> {
  const [, , found = []] = await ctx.db.write([
    sql`UPDATE ${dispatches} SET note = ${note}, updated_at = ${ctx.clock.now()} WHERE ${isActable(scope, null, id)}`,
    audit({ id: ctx.ids.uuid(), action: "dispatch.note", target: id, ...author }, CHANGED),
    findActable(scope, null, id),
  ]);
  return actable(found, "dispatch");
}

/** Cancels a queued dispatch. One round trip. @throws 404, 403; 409 once it is no longer queued */
export const cancelDispatch = (ctx: Ctx, scope: Scope, author: Author, id: string): Promise<Dispatch> =>
  change(
    ctx,
    scope,
    { id, action: "dispatch.cancel", author },
    cancelQueued(ctx, isActable(scope, null, id)),
    ({ status }) =>
      new Failure("conflict", `Only what is queued can be cancelled; it is ${status}.`, {
        code: "not_queued",
      }),
  );
