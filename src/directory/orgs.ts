import { sql } from "drizzle-orm";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { orgs as table, users } from "../db/schema/index.ts";
import { Failure, notFound } from "../lib/failure.ts";
import type { Collection, Refusal } from "./collection.ts";
import { type Edge, onCycle } from "./org-cycles.ts";
import type { Change } from "./collection.ts";
import { deleteRow } from "./remove.ts";

export type Org = typeof table.$inferSelect;

/** Organizations, a tree. A parent may be named before it exists: imports come in any order. */
export const orgs: Collection<Org> = {
  name: "orgs",
  noun: "organization",
  table,
  prepare: detachMoved,
  refusal: explainCycle,
  remove: removeOrg,
};

/**
 * Removes the parents of moved organizations before they get new ones. The trigger checks row by row. Without this, it
 * would refuse an import that turns a branch upside down, if the items come in an unlucky order.
 */
function detachMoved({ rows, bulk }: Change<Org>): Statement[] {
  if (!bulk) return [];
  const edges = JSON.stringify(rows.map(({ id, parent_id }) => ({ id, parent_id })));
  const moved = sql`UPDATE ${table} SET parent_id = NULL FROM json_each(${edges}) AS given
    WHERE ${table}.id = given.value->>'id' AND ${table}.parent_id IS NOT given.value->>'parent_id'
      AND ${table}.parent_id IS NOT NULL`;
  return [moved];
}

/** Names the `rows` that would have been their own ancestors. It reads after the refusal, so the tree may have changed since. */
async function explainCycle(ctx: Ctx, error: unknown, rows: readonly Org[]): Promise<Refusal | null> {
  if (!(error instanceof Error) || !`${error.message} ${String(error.cause)}`.includes("org_cycle"))
    return null;
  const parents = rows.flatMap(({ parent_id }) => parent_id ?? []);
  const { above } = await ctx.db.read({
    above: sql<Edge>`WITH RECURSIVE up(id) AS (
        SELECT value FROM json_each(${JSON.stringify(parents)})
        UNION SELECT o.parent_id FROM ${table} AS o JOIN up ON o.id = up.id WHERE o.parent_id IS NOT NULL)
      SELECT o.id, o.parent_id FROM ${table} AS o JOIN up ON o.id = up.id`,
  });
  const looping = onCycle([...above, ...rows]);
  const detail = "would put the organization below itself";
  return {
    code: "org_cycle",
    detail: "An organization cannot be below itself.",
    bad: rows.filter(({ id }) => looping.has(id)).map(({ id }) => ({ id, field: "parent_id", detail })),
  };
}

/** Deletes an organization. One round trip. @throws 404; 409 `org_not_empty` while something is in it */
async function removeOrg(ctx: Ctx, author: Author, id: string): Promise<void> {
  const hasUsers = sql`EXISTS (SELECT 1 FROM ${users} WHERE org_id = ${id})`;
  const hasBranches = sql`EXISTS (SELECT 1 FROM ${table} WHERE parent_id = ${id})`;
  const {
    found: [org],
    isDeleted,
  } = await ctx.db.write({
    found: sql<{ users: 0 | 1; branches: 0 | 1 }>`SELECT ${hasUsers} AS users, ${hasBranches} AS branches
      FROM ${table} WHERE id = ${id}`,
    isDeleted: deleteRow(ctx, orgs, author, id, sql`NOT ${hasUsers} AND NOT ${hasBranches}`),
  });
  if (isDeleted) return;
  if (org === undefined) throw notFound("organization");
  if (org.users || org.branches)
    throw new Failure("conflict", `The organization still has ${org.users ? "users" : "branches"}.`, {
      code: "org_not_empty",
    });
}
