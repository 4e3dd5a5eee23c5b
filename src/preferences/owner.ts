import { type SQL, sql } from "drizzle-orm";
import type { Scope } from "../auth/scope.ts";
import { orgs } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { SERVICE } from "./org-settings.ts";

/**
 * The owner that a call is about: the organization that it names, else the caller's own; for those who administer everything
 * the service. @throws 404 for an org_admin of no organization
 */
export function ownerOf(scope: Scope, orgId: string | undefined): string {
  if (scope.kind === "all") return orgId ?? SERVICE;
  if (scope.kind === "org") return orgId ?? scope.orgId;
  throw notFound("organization");
}

/**
 * The condition that the directory has this owner (`""`: the service), and that a caller may see and change what it has: an
 * org_admin that of the own organization and those below. It goes up from the owner: it reads as many rows as the tree is
 * high.
 */
export function mayOwn(scope: Scope, owner: string): SQL {
  if (owner === SERVICE) return scope.kind === "all" ? sql`true` : sql`false`;
  if (scope.kind !== "all" && scope.kind !== "org") return sql`false`;
  // An EXISTS would become a join, and look the organization up for each row of what it is a condition of.
  if (scope.kind === "all" || owner === scope.orgId)
    return sql`(SELECT count(*) FROM ${orgs} WHERE id = ${owner}) = 1`;
  return sql`${scope.orgId} IN (WITH RECURSIVE line(id) AS (
    SELECT parent_id FROM ${orgs} WHERE id = ${owner} AND parent_id IS NOT NULL
    UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL
  ) SELECT id FROM line)`;
}

/** Finds one row if the caller may. */
export const isOwner = (scope: Scope, owner: string): SQL => sql`SELECT 1 WHERE ${mayOwn(scope, owner)}`;
