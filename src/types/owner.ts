import { type SQL, sql } from "drizzle-orm";
import { orgTree, type Scope } from "../auth/scope.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { notFound } from "../lib/failure.ts";

/**
 * The owner that a call is about: the organization that it names, else the caller's own; for those who administer everything
 * the service. @throws 404 for an org_admin of no organization
 */
export function ownerOf(scope: Scope, orgId: string | undefined): string {
  if (scope.kind === "all") return orgId ?? SERVICE;
  if (scope.kind === "org") return orgId ?? scope.orgId;
  throw notFound("organization");
}

/** The condition that a caller may change what this owner has: an org_admin that of the own organization and those below. */
export function mayOwn(scope: Scope, owner: string): SQL {
  if (scope.kind === "all") return sql`true`;
  if (scope.kind !== "org") return sql`false`;
  return owner === scope.orgId ? sql`true` : sql`${owner} IN ${orgTree(scope.orgId)}`;
}

/** Finds one row if the caller may. */
export const isOwner = (scope: Scope, owner: string): SQL => sql`SELECT 1 WHERE ${mayOwn(scope, owner)}`;

/** An owner and all who inherit from it, as a subquery of ids. @returns null for the service: everybody */
export const heirsOf = (owner: string): SQL | null => (owner === SERVICE ? null : orgTree(owner));
