import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { orgs as table } from "../db/schema/index.ts";
import type { Collection, Refusal } from "./collection.ts";
import { type Edge, onCycle } from "./org-cycles.ts";
import type { Change } from "./collection.ts";
import { removeOrg } from "./remove-org.ts";

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
