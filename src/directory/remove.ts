import { type SQL, sql } from "drizzle-orm";
import { audited, type Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { Parsed } from "../db/statement.ts";
import { notFound } from "../lib/failure.ts";
import type { Collection } from "./collection.ts";
import { reactionsTo } from "./reaction.ts";

/** Deletes one item of a collection, and what belongs to it. @throws 404, or 409 where something still depends on it */
export async function removeOne(ctx: Ctx, collection: Collection, author: Author, id: string): Promise<void> {
  if (collection.remove) return collection.remove(ctx, author, id);
  const { isDeleted } = await ctx.db.write({
    before: reactionsTo(ctx, collection).flatMap((reaction) => reaction.removed?.(ctx, id) ?? []),
    isDeleted: deleteRow(ctx, collection, author, id),
  });
  if (!isDeleted) throw notFound(collection.noun);
}

/** Deletes the row and writes an audit entry. @returns whether this request has deleted it */
export const deleteRow = (
  ctx: Ctx,
  { table, noun }: Pick<Collection, "table" | "noun">,
  author: Author,
  id: string,
  where: SQL = sql`true`,
): Parsed<boolean> =>
  Parsed.of(
    {
      deletion: sql`DELETE FROM ${table} WHERE id = ${id} AND ${where}`,
      noted: audited({
        id: ctx.ids.uuid(),
        action: `${noun.replace(" ", "_")}.delete`,
        target: id,
        ...author,
      }),
    },
    ({ noted }) => noted.length > 0,
  );
