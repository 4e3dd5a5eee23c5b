import { sql } from "drizzle-orm";
import { audited, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { deliveries, deviceTokens, type Dispatch, dispatches } from "../../db/schema/index.ts";
import { inScope, type Scope } from "../../directory/scope.ts";
import type { Linked } from "../../dispatch/links.ts";
import { findDispatch, listDispatches, listed, type LogFilter } from "../../dispatch/log.ts";
import { holdsUnusedSlot } from "../../dispatch/slots.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import type { Listed, Page } from "../../lib/page.ts";
import { keepOutcomes } from "../../pause-records/following.ts";
import { giveBack } from "../../rate-limit/give-back.ts";

const inPushScope = (scope: Scope, id: string) =>
  sql`id = ${id} AND channel = 'push' AND ${inScope(scope, { userId: sql`user_id`, orgId: sql`org_id` })}`;

/** The push view of the log. One round trip. */
export const listPushes = async (
  ctx: Ctx,
  scope: Scope,
  filter: LogFilter,
  page: Page,
): Promise<Listed<Linked>> =>
  listed(await ctx.db.read(listDispatches(scope, { ...filter, channel: "push" }, page)));

/** A push and the tokens of the devices that it went to. One round trip. */
export async function getPush(
  ctx: Ctx,
  scope: Scope,
  id: string,
): Promise<{ dispatch: Linked; tokens: string[] }> {
  const [found = [], tokens = []] = await ctx.db.read([
    findDispatch(scope, "push", id),
    sql`SELECT t.token FROM ${deliveries} d JOIN ${deviceTokens} t ON t.id = d.device_id WHERE d.dispatch_id = ${id}`,
  ]);
  const dispatch = found[0] as Linked | undefined;
  if (dispatch === undefined) throw notFound("notification");
  return { dispatch, tokens: (tokens as { token: string }[]).map((row) => row.token) };
}

/** What a person notes over a push that is finished. */
export interface Annotation {
  status?: "retried" | "resolved" | undefined;
  retry_note?: string | undefined;
}

/** Notes a mark or a remark. One round trip. @throws 404, 409 while it is still being sent */
export async function annotatePush(
  ctx: Ctx,
  scope: Scope,
  id: string,
  { status, retry_note }: Annotation,
): Promise<Dispatch> {
  const [, found = []] = await ctx.db.write([
    sql`UPDATE ${dispatches} SET mark = coalesce(${status ?? null}, mark),
        note = coalesce(${retry_note ?? null}, note), updated_at = ${ctx.clock.now()}
      WHERE ${inPushScope(scope, id)} AND status NOT IN ('queued', 'sending')`,
    findDispatch(scope, "push", id),
  ]);
  const dispatch = found[0] as Dispatch | undefined;
  if (dispatch === undefined) throw notFound("notification");
  if (dispatch.status === "queued" || dispatch.status === "sending")
    throw new Failure("conflict", `The notification is still ${dispatch.status}.`, { code: "not_finished" });
  return dispatch;
}

/**
 * Deletes a push with its deliveries; one that is queued is thereby never sent, and its slot is free. One round trip.
 * @throws 404, 409 while a consumer has it
 */
export async function deletePush(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<void> {
  const removable = sql`${inPushScope(scope, id)} AND status <> 'sending'`;
  const [before = [], , , , , gone = []] = await ctx.db.write([
    findDispatch(scope, "push", id),
    keepOutcomes(sql`(SELECT id FROM ${dispatches} WHERE ${removable})`),
    sql`DELETE FROM ${deliveries} WHERE dispatch_id = (SELECT id FROM ${dispatches} WHERE ${removable})`,
    sql`DELETE FROM ${dispatches} WHERE ${removable}`,
    ...audited({ id: ctx.ids.uuid(), action: "dispatch.delete", target: id, ...author }),
  ]);
  // A batch that is repeated after it was committed finds nothing any more, but that it has removed it.
  const [dispatch] = before as Dispatch[];
  if (dispatch === undefined && gone.length === 0) throw notFound("notification");
  if (gone.length === 0)
    throw new Failure("conflict", "The notification is being sent at this moment.", { code: "being_sent" });
  if (dispatch?.status === "queued" && holdsUnusedSlot(dispatch)) await giveBack(ctx, [dispatch]);
}
