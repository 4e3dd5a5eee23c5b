import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { deliveries, deviceTokens, type Dispatch, dispatches, UNFINISHED } from "../../db/schema/index.ts";
import { inScope, type Scope, userInScope } from "../../auth/scope.ts";
import { type Linked, actable, findActable, findDispatch, isActable, isFinished } from "../../log/read.ts";
import { listDispatches, type LogFilter } from "../../log/list.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import type { Listed, Page } from "../../lib/page.ts";
import { giveBack } from "../../rate-limit/budgets.ts";
import { holdsUnusedSlot } from "../../outbox/change.ts";
import { appended } from "../../outbox/timeline.ts";

/** The push view of the log. One round trip. */
export const listPushes = async (
  ctx: Ctx,
  scope: Scope,
  filter: LogFilter,
  page: Page,
): Promise<Listed<Linked>> =>
  (await ctx.db.read({ list: listDispatches(ctx, scope, { ...filter, channel: "push" }, page) })).list;

/**
 * A push and the tokens of the devices that it went to. Only devices whose user is in scope now: a device may have got
 * another user, and a user another organization. One round trip.
 */
export async function getPush(
  ctx: Ctx,
  scope: Scope,
  id: string,
): Promise<{ dispatch: Linked; tokens: string[] }> {
  const theirs =
    scope.kind === "org"
      ? userInScope(scope, sql`t.user_id`)
      : inScope(scope, { userId: sql`t.user_id`, orgId: sql`NULL` });
  const { found, tokens } = await ctx.db.read({
    found: findDispatch(scope, "push", id),
    tokens: sql<{
      token: string;
    }>`SELECT t.token FROM ${deliveries} d JOIN ${deviceTokens} t ON t.id = d.device_id WHERE d.dispatch_id = ${id} AND ${theirs}`,
  });
  const [dispatch] = found;
  if (dispatch === undefined) throw notFound("notification");
  return { dispatch, tokens: tokens.map(({ token }) => token) };
}

/** What a person notes about a finished push. */
export interface Annotation {
  status?: "retried" | "resolved" | undefined;
  retry_note?: string | undefined;
}

/** Stores a mark or a note. One round trip. @throws 404, 403, 409 while it is still being sent */
export async function annotatePush(
  ctx: Ctx,
  scope: Scope,
  { actor }: Author,
  id: string,
  { status, retry_note }: Annotation,
): Promise<Dispatch> {
  const now = ctx.clock.now();
  const { found } = await ctx.db.write({
    annotate: sql`UPDATE ${dispatches} SET mark = coalesce(${status ?? null}, mark),
        retry_note = coalesce(${retry_note ?? null}, retry_note), updated_at = ${now},
        timeline = ${appended({ did: "marked", at: now, by: actor, mark: status })}
      WHERE ${isActable(scope, "push", id)} AND status NOT IN ${UNFINISHED}`,
    found: findActable(scope, "push", id),
  });
  const dispatch = actable(found, "notification");
  if (!isFinished(dispatch))
    throw new Failure("conflict", `The notification is still ${dispatch.status}.`, { code: "not_finished" });
  return dispatch;
}

/**
 * Deletes a push with its deliveries. A queued push is then never sent, and its slot is freed. One round trip.
 * @throws 404, 403, 409 while a consumer has it
 */
export async function deletePush(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<void> {
  const removable = sql`${isActable(scope, "push", id)} AND status <> 'sending'`;
  const entry = ctx.ids.uuid();
  const { before, gone } = await ctx.db.write({
    before: findActable(scope, "push", id),
    keep: ctx.reactions.beforeDeletion(sql`(SELECT id FROM ${dispatches} WHERE ${removable})`),
    deliveries: sql`DELETE FROM ${deliveries} WHERE dispatch_id = (SELECT id FROM ${dispatches} WHERE ${removable})`,
    dispatch: sql`DELETE FROM ${dispatches} WHERE ${removable}`,
    audit: audit({ id: entry, action: "dispatch.delete", target: id, ...author }, CHANGED),
    gone: isAudited(entry),
  });
  // A write that is repeated after its commit finds no dispatch, but the audit entry of its deletion.
  if (gone.length > 0 && before.length === 0) return;
  const dispatch = actable(before, "notification");
  if (gone.length === 0)
    throw new Failure("conflict", "The notification is being sent at this moment.", { code: "being_sent" });
  if (dispatch.status === "queued" && holdsUnusedSlot(dispatch)) await giveBack(ctx, [dispatch]);
}
