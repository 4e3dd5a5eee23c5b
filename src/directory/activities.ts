import { sql } from "drizzle-orm";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { activities as table } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { snapshotsStale } from "../notifications/stats-summary/stale.ts";
import type { Change, Collection, Consequences } from "./collection.ts";
import { deleteRow } from "./remove.ts";

export type Activity = typeof table.$inferSelect;

/** What users did or plan to do. Whatever changes, their statistics are out of date. */
export const activities: Collection<Activity> = {
  name: "activities",
  noun: "activity",
  table,
  consequences: outdateOwners,
  remove: removeActivity,
};

/** Those whom a changed activity belongs to, and those whom it belonged to. */
function outdateOwners(ctx: Ctx, { rows }: Change<Activity>): Consequences {
  const owners = sql`WITH changed AS (SELECT a.user_id AS was, g.value->>'user_id' AS is_now
      FROM json_each(${JSON.stringify(rows)}) AS g LEFT JOIN ${table} AS a ON a.id = g.value->>'id'
      WHERE a.user_id IS NOT g.value->>'user_id' OR a.status IS NOT g.value->>'status'
        OR a.minutes IS NOT g.value->>'minutes' OR a.occurred_at IS NOT g.value->>'occurred_at')
    SELECT was FROM changed WHERE was IS NOT NULL UNION SELECT is_now FROM changed`;
  return { before: [snapshotsStale(owners, ctx.clock.now())] };
}

/** One round trip. @throws 404 */
async function removeActivity(ctx: Ctx, author: Author, id: string): Promise<void> {
  const results = await ctx.db.writeList([
    snapshotsStale(sql`SELECT user_id FROM ${table} WHERE id = ${id}`, ctx.clock.now()),
    ...deleteRow(ctx, activities, author, id),
  ]);
  if (results.at(-1)?.length === 0) throw notFound("activity");
}
