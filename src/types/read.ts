import { sql } from "drizzle-orm";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { ownTypes } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { inheritedBy, rankedLineOf } from "./find.ts";
import { isOwner } from "../preferences/owner.ts";
import { type StoredType, storedType, type StoredTypeRow } from "./stored.ts";

/** Reads a type that an organization has or inherits. One round trip. @throws 404 */
export async function readType(ctx: Ctx, scope: Scope, owner: string, id: string): Promise<StoredType> {
  const {
    allowed,
    found: [row],
  } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    found: sql<StoredTypeRow>`SELECT t.data, t.created_at, t.updated_at FROM ${rankedLineOf(owner)} AS line
      CROSS JOIN ${ownTypes} AS t ON t.id = ${id} AND t.org_id = line.id ORDER BY line.distance LIMIT 1`,
  });
  if (allowed.length === 0) throw notFound("organization");
  if (row === undefined) throw notFound("type");
  return storedType(row);
}

/**
 * A page of what an organization has or inherits, by id, and one row beyond it. One round trip.
 * @param after the last id of the page before @throws 404
 */
export async function listOwnTypes(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  { after, limit }: { after: string; limit: number },
): Promise<StoredType[]> {
  const { allowed, rows } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    rows: sql<StoredTypeRow>`SELECT t.data, t.created_at, t.updated_at
      FROM ${inheritedBy(ownTypes, owner, after, limit + 1)} AS page
      CROSS JOIN ${ownTypes} AS t ON t.id = page.id AND t.org_id = page.org_id ORDER BY page.id`,
  });
  if (allowed.length === 0) throw notFound("organization");
  return rows.map(storedType);
}
