import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { notFound } from "../lib/failure.ts";
import type { Collection } from "./collection.ts";

/** Deletes one thing of a collection, and what goes with it. @throws 404, or 409 where something still hangs on it */
export async function removeOne(ctx: Ctx, collection: Collection, id: string): Promise<void> {
  if (collection.remove) return collection.remove(ctx, id);
  const [gone = []] = await ctx.db.write([
    sql`DELETE FROM ${collection.table} WHERE id = ${id} RETURNING id`,
  ]);
  if (gone.length === 0) throw notFound(collection.noun);
}
