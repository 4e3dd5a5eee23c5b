import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { notificationRecords as records, peerMentors } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { notFound } from "../../lib/failure.ts";
import {
  detailOf,
  entryOf,
  mentorInScope,
  type RecordDetail,
  type RecordEntry,
  recordInScope,
  selectDetails,
  selectEntries,
} from "./records.ts";

type Mentor = typeof peerMentors.$inferSelect;

/** Reads a whole record, if it is in scope. */
export const findRecord = (scope: Scope, id: string): SQL =>
  sql`${selectDetails(scope)} WHERE ${records.id} = ${id} AND ${recordInScope(scope)}`;

/** Reads a mentor, if they are in scope. */
export const findMentor = (scope: Scope, id: string): SQL =>
  sql`SELECT m.* FROM ${peerMentors} AS m WHERE m.id = ${id} AND ${mentorInScope(scope)}`;

/** @throws 404 when there is none */
export function mentorOf([row]: readonly unknown[]): Mentor {
  if (row === undefined) throw notFound("peer mentor");
  return row as Mentor;
}

/** One record. One round trip. @throws 404 */
export async function getRecord(ctx: Ctx, scope: Scope, id: string): Promise<RecordDetail> {
  const [found = []] = await ctx.db.readList([findRecord(scope, id)]);
  return detailOf(found);
}

/** A mentor, as routing needs them. One round trip. @throws 404 */
export async function getProfile(ctx: Ctx, scope: Scope, mentorId: string): Promise<Mentor> {
  const [found = []] = await ctx.db.readList([findMentor(scope, mentorId)]);
  return mentorOf(found);
}

/** What happened to one mentor, newest first, and how much there is in all. One round trip. @throws 404 */
export async function getHistory(
  ctx: Ctx,
  scope: Scope,
  mentorId: string,
  limit: number,
): Promise<{ mentor: Mentor; events: RecordEntry[]; total: number }> {
  const [found = [], events = [], total = []] = await ctx.db.readList([
    findMentor(scope, mentorId),
    sql`${selectEntries} WHERE ${records.peer_mentor_id} = ${mentorId} ORDER BY ${records.id} DESC LIMIT ${limit}`,
    sql`SELECT count(*) AS total FROM ${records} WHERE peer_mentor_id = ${mentorId}`,
  ]);
  return {
    mentor: mentorOf(found),
    events: events.map(entryOf),
    total: (total as { total: number }[])[0]?.total ?? 0,
  };
}
