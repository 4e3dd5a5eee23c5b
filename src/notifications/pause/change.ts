import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { auditLog, type Channel, notificationRecords as records } from "../../db/schema/index.ts";
import type { Scope } from "../../auth/scope.ts";
import { notFound } from "../../lib/failure.ts";
import { notes } from "./following.ts";
import { findRecord } from "./read.ts";
import { detailOf, type RecordDetail, recordInScope } from "./records.ts";

/** What a person corrects; what is left out stays. */
export interface RecordChange {
  /** From now on they follow nothing any more. */
  channels_notified?: readonly Channel[] | undefined;
  /** Null takes a note away. */
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
  const [, , found = []] = await ctx.db.writeList([
    sql`UPDATE ${records} SET
        ${channels === undefined ? sql`` : sql`channels_notified = ${JSON.stringify(channels)}, channels_fixed = true,`}
        notes = ${change.notes === undefined ? notes : change.notes}, updated_at = ${ctx.clock.now()}
      WHERE ${records.id} = ${id} AND ${recordInScope(scope)}`,
    audit({ id: ctx.ids.uuid(), action: "notification_record.update", target: id, ...author }, CHANGED),
    findRecord(scope, id),
  ]);
  return detailOf(found);
}

/** Deletes a record; what was sent stays sent. One round trip. @throws 404 */
export async function deleteRecord(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<void> {
  const auditId = ctx.ids.uuid();
  const [, , gone = []] = await ctx.db.writeList([
    sql`DELETE FROM ${records} WHERE ${records.id} = ${id} AND ${recordInScope(scope)}`,
    audit({ id: auditId, action: "notification_record.delete", target: id, ...author }, CHANGED),
    // Not RETURNING: a batch that is repeated after having been committed finds nothing to delete any more.
    sql`SELECT 1 FROM ${auditLog} WHERE id = ${auditId}`,
  ]);
  if (gone.length === 0) throw notFound("notification record");
}
