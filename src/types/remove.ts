import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { audit, type Author, CHANGED, isAudited } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { ownTypes, wordings, wordingVersions } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { heirsOf, mayOwn } from "./owner.ts";

/**
 * Deletes an owner's type, and the words for it of all who inherited it. Running events go on with the copy that they have.
 * One round trip. @throws 404
 */
export async function removeOwnType(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  { id, owner }: { id: string; owner: string },
): Promise<void> {
  const entry = { id: ctx.ids.uuid(), action: "type.delete", target: `${owner}/${id}`, ...author };
  const heirs = heirsOf(owner);
  const words = (table: SQLiteTable): SQL =>
    sql`DELETE FROM ${table} WHERE type = ${id} ${heirs === null ? sql`` : sql`AND org_id IN ${heirs}`}
      AND EXISTS (${isAudited(entry.id)})`;
  const { noted } = await ctx.db.write({
    type: sql`DELETE FROM ${ownTypes} WHERE id = ${id} AND org_id = ${owner} AND ${mayOwn(scope, owner)}`,
    audit: audit(entry, CHANGED),
    wordings: words(wordings),
    versions: words(wordingVersions),
    noted: isAudited(entry.id),
  });
  if (noted.length === 0) throw notFound("type");
}
