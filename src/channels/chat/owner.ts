import { type SQL, sql } from "drizzle-orm";
import { inScope, orgTree, type Scope, userInScope } from "../../auth/scope.ts";
import { type ChatConnection, chatConnections, users } from "../../db/schema/index.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { mayOwn } from "../../preferences/owner.ts";

/** Whose a connection is. */
export type ChatOwner = { userId: string } | { orgId: string };

export const ownerOf = ({ user_id, org_id }: Pick<ChatConnection, "user_id" | "org_id">): ChatOwner =>
  user_id === null ? { orgId: org_id ?? "" } : { userId: user_id };

/** Who wants to say where a connection leads. */
export interface Keeper {
  scope: Scope;
  /** The caller's own id, where the caller is a person: an admin has connections, too. */
  userId: string | null;
}

/** The condition that a caller may see a connection, and delete it. */
export const mayHave = (scope: Scope): SQL => {
  if (scope.kind !== "org") return inScope(scope, { userId: chatConnections.user_id, orgId: sql`NULL` });
  return sql`(${chatConnections.org_id} IN ${orgTree(scope.orgId)} OR EXISTS (SELECT 1 FROM ${users} AS u
    WHERE u.id = ${chatConnections.user_id} AND u.org_id IN ${orgTree(scope.orgId)}))`;
};

/** The condition that an owner is there, and that the caller may see what it has. */
export const isOwnable = (scope: Scope, owner: ChatOwner): SQL =>
  "userId" in owner ? userInScope(scope, sql`${owner.userId}`) : mayOwn(scope, owner.orgId);

/**
 * Whether a caller may say where an owner's messages go. An org_admin may not for a user: the connection would go on
 * receiving after the user has moved to another organization.
 */
export const mayDirect = ({ scope, userId }: Keeper, owner: ChatOwner): boolean =>
  scope.kind !== "org" || !("userId" in owner) || owner.userId === userId;

/** Refuses who may see a connection, but not say where it leads. */
export const notDirected = (): Failure =>
  new Failure("forbidden", "Only the user can say where chat messages to the user go. You may delete it.", {
    code: "not_the_user",
  });

export const ofOwner = (owner: ChatOwner): SQL =>
  "userId" in owner ? sql`user_id = ${owner.userId}` : sql`org_id = ${owner.orgId}`;

export const missingOwner = (owner: ChatOwner): Failure =>
  notFound("userId" in owner ? "user" : "organization");
