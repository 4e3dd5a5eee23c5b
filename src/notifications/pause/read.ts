import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { notificationRecords as records, peerMentors } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { notFound } from "../../lib/failure.ts";
import {
  mentorInScope,
  type RecordDetail,
  type RecordEntry,
  recordInScope,
  requireRecord,
  selectDetails,
  selectEntries,
  type StoredDetail,
} from "./records.ts";

type Mentor = typeof peerMentors.$inferSelect;

/** Reads a whole record, if it is in scope. */
export const findRecord = (scope: Scope, id: string): SQL<StoredDetail> =>
  selectDetails(scope, sql`${records.id} = ${id} AND ${recordInScope(scope)}`);

/** Reads a mentor, if the mentor is in scope. */
export const findMentor = (scope: Scope, id: string): SQL<Mentor> =>
  sql<Mentor>`SELECT m.* FROM ${peerMentors} AS m WHERE m.id = ${id} AND ${mentorInScope(scope)}`;

/** The mentor that `findMentor` found. @throws 404 */
export function requireMentor([mentor]: readonly Mentor[]): Mentor {
  if (mentor === undefined) throw notFound("peer mentor");
  return mentor;
}

/** One record. One round trip. @throws 404 */
export async function getRecord(ctx: Ctx, scope: Scope, id: string): Promise<RecordDetail> {
  const { found } = await ctx.db.read({ found: findRecord(scope, id) });
  return requireRecord(found);
}

/** A mentor's profile. One round trip. @throws 404 */
export async function getProfile(ctx: Ctx, scope: Scope, mentorId: string): Promise<Mentor> {
  const { found } = await ctx.db.read({ found: findMentor(scope, mentorId) });
  return requireMentor(found);
}

/** The records about one mentor, newest first, and how many there are in all. One round trip. @throws 404 */
export async function getHistory(
  ctx: Ctx,
  scope: Scope,
  mentorId: string,
  limit: number,
): Promise<{ mentor: Mentor; events: RecordEntry[]; total: number }> {
  const { found, events, counted } = await ctx.db.read({
    found: findMentor(scope, mentorId),
    events: selectEntries(
      sql`WHERE ${records.peer_mentor_id} = ${mentorId} ORDER BY ${records.id} DESC LIMIT ${limit}`,
    ),
    counted: sql<{
      total: number;
    }>`SELECT count(*) AS total FROM ${records} WHERE peer_mentor_id = ${mentorId}`,
  });
  return { mentor: requireMentor(found), events, total: counted[0]?.total ?? 0 };
}
