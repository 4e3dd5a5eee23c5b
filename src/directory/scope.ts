import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { orgs } from "../db/schema/index.ts";

/** Which rows a caller may see: all, those of an organization and what is below it, or their own. */
export type Scope =
  | { kind: "all" }
  | { kind: "org"; orgId: string }
  | { kind: "own"; userId: string }
  /** An org_admin whose token names no organization. */
  | { kind: "none" };

/** The ids of an organization and of all below it, as a subquery. UNION (not ALL) ends even on a cycle. */
export const orgTree = (orgId: string): SQL =>
  sql`(WITH RECURSIVE tree(id) AS (
    SELECT ${orgId}
    UNION SELECT o.id FROM ${orgs} o JOIN tree ON o.parent_id = tree.id
  ) SELECT id FROM tree)`;

/** The condition that a row with these columns lies in `scope`. */
export function inScope(scope: Scope, columns: { userId: SQLWrapper; orgId: SQLWrapper }): SQL {
  switch (scope.kind) {
    case "all":
      return sql`true`;
    case "none":
      return sql`false`;
    case "own":
      return sql`${columns.userId} = ${scope.userId}`;
    case "org":
      return sql`${columns.orgId} IN ${orgTree(scope.orgId)}`;
  }
}
