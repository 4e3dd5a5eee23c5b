import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { selectWhole } from "../db/json.ts";
import type { Decoded } from "../db/statement.ts";
import { notFound } from "../lib/failure.ts";
import type { Collection, Facts } from "./collection.ts";

/** Reads one row, booleans and times as code has them. */
export const selectRow = <F extends Facts, S extends F>(
  { table }: Collection<F, S>,
  id: string,
): Decoded<S> => selectWhole(table, sql`id = ${id}`);

/** Reads one item of a collection. One round trip. @throws 404 */
export async function readOne<F extends Facts, S extends F>(
  ctx: Ctx,
  collection: Collection<F, S>,
  id: string,
): Promise<S> {
  const {
    found: [row],
  } = await ctx.db.read({ found: selectRow(collection, id) });
  if (row === undefined) throw notFound(collection.noun);
  return row;
}
