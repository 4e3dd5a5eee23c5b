import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { dispatches, type DispatchStatus, emailTotals } from "../../db/schema/index.ts";
import { findSubject, subjectMissing, type Subject } from "../../directory/subject.ts";
import { type Linked, findDispatch } from "../../log/read.ts";
import { listDispatches } from "../../log/list.ts";
import { DAY } from "../../lib/clock.ts";
import { notFound } from "../../lib/failure.ts";
import { firstIdAt } from "../../lib/ids.ts";
import type { Listed, Page } from "../../lib/page.ts";

/** A user's e-mails, newest first. One round trip. @throws 404 for a user outside the scope */
export const listEmails = async (
  ctx: Ctx,
  subject: Subject,
  filter: { type?: string | undefined; statuses: readonly DispatchStatus[] },
  page: Page,
): Promise<Listed<Linked>> => {
  const wanted = { ...filter, userId: subject.id, channel: "email" as const };
  const { known, list } = await ctx.db.read({
    known: findSubject(subject),
    list: listDispatches(ctx, subject.scope, wanted, page),
  });
  if (known.length !== 1) throw subjectMissing(subject);
  return list;
};

/** One of a user's e-mails. One round trip. @throws 404, also for another user's e-mail */
export async function getEmail(ctx: Ctx, subject: Subject, id: string): Promise<Linked> {
  const { known, found } = await ctx.db.read({
    known: findSubject(subject),
    found: findDispatch(subject.scope, "email", id),
  });
  if (known.length !== 1) throw subjectMissing(subject);
  const [dispatch] = found;
  if (dispatch === undefined || dispatch.user_id !== subject.id || dispatch.status === "cancelled")
    throw notFound("notification");
  return dispatch;
}

/** How many e-mails of one type and status there are: in all, and in the last seven days. */
export interface EmailCount {
  type: string;
  status: DispatchStatus;
  n: number;
  recent: number;
}

/**
 * A user's counts, including e-mails that retention has removed. A new organization of the user sees them, too. One round
 * trip, through the index by user. @throws 404 for a user outside the scope
 */
export async function countEmails(ctx: Ctx, subject: Subject): Promise<EmailCount[]> {
  const { id: userId } = subject;
  const weekAgo = firstIdAt(ctx.clock.now() - 7 * DAY);
  const { known, counts } = await ctx.db.read({
    known: findSubject(subject),
    counts: sql<EmailCount>`SELECT type, status, sum(n) AS n, sum(recent) AS recent FROM (
        SELECT type, status, count(*) AS n, sum(id >= ${weekAgo}) AS recent FROM ${dispatches}
          WHERE user_id = ${userId} AND channel = 'email' AND status <> 'cancelled' GROUP BY type, status
        UNION ALL SELECT type, status, n, 0 FROM ${emailTotals} WHERE user_id = ${userId})
      GROUP BY type, status`,
  });
  if (known.length !== 1) throw subjectMissing(subject);
  return counts;
}
