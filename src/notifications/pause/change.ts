import { sql } from "drizzle-orm";
import { audit, audited, type Author, CHANGED } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { type Channel, notificationRecords as records } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { notFound } from "../../lib/failure.ts";
import { notes } from "./following.ts";
import { findRecord } from "./read.ts";
import { type RecordDetail, recordInScope, requireRecord } from "./records.ts";

/** A correction of a record by hand. What is left out stays as it is. */
export interface RecordChange {
  /** Once set by hand, the channels are no longer derived from the dispatches. */
  channels_notified?: readonly Channel[] | undefined;
  /** Null deletes the note. */
  notes?: string | null | undefined;
}

/** Changes a record. One round trip. @throws 404 */
export async function updateRecord(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  id: string,
  change: RecordChange,
): Promise<RecordDetail> {
  const channels = change.channels_notified;
  const { found } = await ctx.db.write({
    update: sql`UPDATE ${records} SET
        ${channels === undefined ? sql`` : sql`channels_notified = ${JSON.stringify(channels)}, channels_fixed = true,`}
        notes = ${change.notes === undefined ? notes : change.notes}, updated_at = ${ctx.clock.now()}
      WHERE ${records.id} = ${id} AND ${recordInScope(scope)}`,
    audit: audit(
      { id: ctx.ids.uuid(), action: "notification_record.update", target: id, ...author },
      CHANGED,
    ),
    found: findRecord(scope, id),
  });
  return requireRecord(found);
}

/** Deletes a record; what was sent stays sent. One round trip. @throws 404 */
export async function deleteRecord(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<void> {
  const { deleted } = await ctx.db.write({
    deletion: sql`DELETE FROM ${records} WHERE ${records.id} = ${id} AND ${recordInScope(scope)}`,
    deleted: audited({ id: ctx.ids.uuid(), action: "notification_record.delete", target: id, ...author }),
  });
  if (deleted.length === 0) throw notFound("notification record");
}
