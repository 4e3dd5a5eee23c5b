import { type SQL, sql } from "drizzle-orm";
import { audited, type Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { notFound } from "../lib/failure.ts";
import type { Collection } from "./collection.ts";

/** Deletes one thing of a collection, and what goes with it. @throws 404, or 409 where something still hangs on it */
export async function removeOne(ctx: Ctx, collection: Collection, author: Author, id: string): Promise<void> {
  if (collection.remove) return collection.remove(ctx, author, id);
  const results = await ctx.db.writeList(deleteRow(ctx, collection, author, id));
  if (results.at(-1)?.length === 0) throw notFound(collection.noun);
}

/** Statements that delete the row, and note it. The last one finds something if this request has deleted it. */
export const deleteRow = (
  ctx: Ctx,
  { table, noun }: Pick<Collection, "table" | "noun">,
  author: Author,
  id: string,
  where: SQL = sql`true`,
): Statement[] => [
  sql`DELETE FROM ${table} WHERE id = ${id} AND ${where}`,
  ...audited({ id: ctx.ids.uuid(), action: `${noun.replace(" ", "_")}.delete`, target: id, ...author }),
];
