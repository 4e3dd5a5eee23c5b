import { afterCursor, limitOf, listedBy } from "../../db/page.ts";
import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { notificationRecords as records, type PauseEventType, peerMentors } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { type Listed, type Page } from "../../lib/page.ts";
import { mentorInScope, type RecordEntry, selectEntries } from "./records.ts";

/** The filters of the list. */
export interface RecordFilter {
  mentorId?: string | undefined;
  coordinatorId?: string | undefined;
  eventType?: PauseEventType | undefined;
  /** Sent at or after, epoch ms. */
  from?: number | undefined;
  /** Sent before, epoch ms. */
  to?: number | undefined;
}

/** A page of the records in scope, newest first. One round trip. */
export async function listRecords(
  ctx: Ctx,
  scope: Scope,
  filter: RecordFilter,
  page: Page,
): Promise<Listed<RecordEntry>> {
  const found = candidates(scope, filter);
  const rows =
    selectEntries(sql`WHERE ${records.id} IN (SELECT c.id ${found} AND ${afterCursor(page, sql`c.id`)}
    ORDER BY c.id DESC ${limitOf(page)}) ORDER BY ${records.id} DESC`);
  const { list } = await ctx.db.read({ list: listedBy(page, rows, found) });
  return list;
}

/**
 * FROM and WHERE of the records `c` in a list. Unless the scope is everything, they are found from the mentors in scope, so
 * that the cost grows with the caller's mentors and not with all records.
 */
function candidates(scope: Scope, filter: RecordFilter): SQL {
  const wanted = conditions(filter);
  if (scope.kind === "all") return sql`FROM ${records} AS c WHERE ${wanted}`;
  const mentor = filter.mentorId === undefined ? sql`true` : sql`m.id = ${filter.mentorId}`;
  return sql`FROM ${peerMentors} AS m CROSS JOIN ${records} AS c ON c.peer_mentor_id = m.id
    WHERE ${mentorInScope(scope)} AND ${mentor} AND ${wanted}`;
}

function conditions({ mentorId, coordinatorId, eventType, from, to }: RecordFilter): SQL {
  const all = [
    ...(mentorId === undefined ? [] : [sql`c.peer_mentor_id = ${mentorId}`]),
    ...(coordinatorId === undefined ? [] : [sql`c.coordinator_id = ${coordinatorId}`]),
    ...(eventType === undefined ? [] : [sql`c.event_type = ${eventType}`]),
    // Ids are in the order of time.
    ...(from === undefined ? [] : [sql`c.id >= ${firstIdAt(from)}`]),
    ...(to === undefined ? [] : [sql`c.id < ${firstIdAt(to)}`]),
  ];
  return all.length === 0 ? sql`true` : sql.join(all, sql` AND `);
}
