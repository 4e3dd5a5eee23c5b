import { eq } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { notFound } from "../lib/failure.ts";
import type { Collection, Facts } from "./collection.ts";

/** Reads one row, booleans and times as code has them. */
export const selectRow = (ctx: Ctx, { table }: Collection, id: string): Statement =>
  ctx.db.orm.select().from(table).where(eq(table.id, id));

/** One thing of a collection. One round trip. @throws 404 */
export async function readOne<F extends Facts, S extends F>(
  ctx: Ctx,
  collection: Collection<F, S>,
  id: string,
): Promise<S> {
  const [rows = []] = await ctx.db.read([selectRow(ctx, collection, id)]);
  const row = rows[0] as S | undefined;
  if (row === undefined) throw notFound(collection.noun);
  return row;
}
