import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { audit, type Author, CHANGED, isAudited } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { orgs, ownTypes, wordings, wordingVersions } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { mayOwn } from "../preferences/owner.ts";

/**
 * The condition that words for a type are of its owner, or of an organization that inherits the type from it: one with an
 * own type of this id (it was moved here), and those below that one, do not.
 */
function inheritsFrom(owner: string, type: string): SQL {
  const others = sql`FROM ${ownTypes} AS t WHERE t.id = ${type} AND t.org_id`;
  if (owner === SERVICE)
    return sql`org_id NOT IN (WITH RECURSIVE kept(id) AS (SELECT t.org_id ${others} <> ${SERVICE}
      UNION SELECT o.id FROM ${orgs} AS o JOIN kept ON o.parent_id = kept.id) SELECT id FROM kept)`;
  return sql`org_id IN (WITH RECURSIVE heirs(id) AS (SELECT ${owner}
    UNION SELECT o.id FROM ${orgs} AS o JOIN heirs ON o.parent_id = heirs.id
      WHERE NOT EXISTS (SELECT 1 ${others} = o.id)) SELECT id FROM heirs)`;
}

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
  const words = (table: SQLiteTable): SQL =>
    sql`DELETE FROM ${table} WHERE type = ${id} AND ${inheritsFrom(owner, id)}
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
