import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { dispatches, type DispatchStatus, emailTotals } from "../../db/schema/index.ts";
import type { Linked } from "../../dispatch/links.ts";
import { findDispatch, listDispatches, listed } from "../../dispatch/log.ts";
import { DAY } from "../../lib/clock.ts";
import { notFound } from "../../lib/failure.ts";
import { firstIdAt } from "../../lib/ids.ts";
import type { Listed, Page } from "../../lib/page.ts";

/** A user's e-mails, newest first. One round trip. */
export const listEmails = async (
  ctx: Ctx,
  userId: string,
  filter: { type?: string | undefined; statuses: readonly DispatchStatus[] },
  page: Page,
): Promise<Listed<Linked>> =>
  listed(await ctx.db.read(listDispatches({ kind: "own", userId }, { ...filter, channel: "email" }, page)));

/** One of a user's e-mails. One round trip. @throws 404, also for another's */
export async function getEmail(ctx: Ctx, userId: string, id: string): Promise<Linked> {
  const [found = []] = await ctx.db.read([findDispatch({ kind: "own", userId }, "email", id)]);
  const dispatch = found[0] as Linked | undefined;
  if (dispatch === undefined || dispatch.status === "cancelled") throw notFound("notification");
  return dispatch;
}

/** E-mails of one type and state: how many in all, and of the last seven days. */
export interface EmailCount {
  type: string;
  status: DispatchStatus;
  n: number;
  recent: number;
}

/** A user's counts: what is there, and what retention has removed. One round trip, through the index by user. */
export async function countEmails(ctx: Ctx, userId: string): Promise<EmailCount[]> {
  const weekAgo = firstIdAt(ctx.clock.now() - 7 * DAY);
  const [rows = []] = await ctx.db.read([
    sql`SELECT type, status, sum(n) AS n, sum(recent) AS recent FROM (
        SELECT type, status, count(*) AS n, sum(id >= ${weekAgo}) AS recent FROM ${dispatches}
          WHERE user_id = ${userId} AND channel = 'email' AND status <> 'cancelled' GROUP BY type, status
        UNION ALL SELECT type, status, n, 0 FROM ${emailTotals} WHERE user_id = ${userId})
      GROUP BY type, status`,
  ]);
  return rows as EmailCount[];
}
