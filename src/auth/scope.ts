import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { chatConnections, orgs, users } from "../db/schema/index.ts";
import type { Principal } from "./principal.ts";

/**
 * The rows that a caller may see and change: all, those of an organization and the ones below it, or the caller's own.
 * Users move from one organization to another, while the log stays. So for an org_admin:
 *
 * - **Users and what they have** (devices, preferences, mentors and the records about them, stats subscriptions): the
 *   organization of the user or the mentor today counts. A former organization loses them at once, the new one has them
 *   with their past. `inScope` with the user's `org_id`.
 * - **Reading dispatches** (lists, totals, one by its id): the user's organization when the dispatch was made counts. It
 *   stays in the log of that organization. `inScope` with the dispatch's `org_id`.
 * - **Changing dispatches** (retry, cancel, mark, note, delete): both count. `mayAct`. Otherwise 403 `user_moved`. In place
 *   of a user's, the organization of a chat connection counts, where the dispatch is for one.
 * - **Tokens and addresses** shown with a dispatch: only of users who are in scope today.
 * - **Sending later for an org_admin** (`send_at`, a slot, a retry, a fallback): checked again when it is sent.
 *   `leftSender`. If the user has left, the dispatch is cancelled with `sender_not_in_charge`.
 *
 * A user's own rows are in the user's scope in any organization; service and global_admin have all rows.
 */
export type Scope =
  | { kind: "all" }
  | { kind: "org"; orgId: string }
  | { kind: "own"; userId: string }
  /** An org_admin whose token names no organization. */
  | { kind: "none" };

/** What a caller may see: service and global_admin everything, an org_admin the own org tree, others their own rows. */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind === "anonymous") return { kind: "all" };
  switch (principal.role) {
    case "service":
    case "global_admin":
      return { kind: "all" };
    case "org_admin":
      return principal.orgId === null ? { kind: "none" } : { kind: "org", orgId: principal.orgId };
    case "coordinator":
    case "user":
      return { kind: "own", userId: principal.id };
  }
}

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

/** The columns of a dispatch that say whose it is, and in which organization it was made. */
interface Sent {
  userId: SQLWrapper;
  orgId: SQLWrapper;
}

/** The condition that a caller may change a dispatch: it is in scope, and so is whom it is for today. */
export const mayAct = (scope: Scope, sent: Sent): SQL =>
  scope.kind === "org"
    ? sql`(${inScope(scope, sent)} AND ${receiverInScope(scope, sent.userId)})`
    : inScope(scope, sent);

/**
 * The condition that whom a dispatch is for is in scope today: a user, or an organization's chat connection in place of one.
 * A connection that was deleted has belonged to the organization of the dispatch.
 */
const receiverInScope = (scope: Scope, id: SQLWrapper): SQL =>
  sql`(${userInScope(scope, id)} OR EXISTS (SELECT 1 FROM ${chatConnections} AS chat_in_scope
    WHERE chat_in_scope.id = ${id} AND ${inScope(scope, { userId: sql`NULL`, orgId: sql`chat_in_scope.org_id` })})
    OR ${isDeletedConnection(id)})`;

/** The condition that an id is a chat connection's that was deleted. A dispatch to it goes nowhere, and says why. */
const isDeletedConnection = (id: SQLWrapper): SQL =>
  sql`(${id} GLOB 'con_*' AND NOT EXISTS (SELECT 1 FROM ${chatConnections} AS c WHERE c.id = ${id})
    AND NOT EXISTS (SELECT 1 FROM ${users} AS u WHERE u.id = ${id}))`;

/** The condition that the user with this id exists and is in scope today. */
export const userInScope = (scope: Scope, userId: SQLWrapper): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS in_scope WHERE in_scope.id = ${userId}
    AND ${inScope(scope, { userId: sql`in_scope.id`, orgId: sql`in_scope.org_id` })})`;

/** The organization on whose authority something is sent for this caller; null for callers who may send to anyone in scope. */
export const senderOf = (scope: Scope): string | null => (scope.kind === "org" ? scope.orgId : null);

/**
 * The condition that an org_admin has asked for a dispatch whose user has left that org_admin's organizations since. It goes
 * up from the user's organization: it reads as many rows as the tree is high, and none for a dispatch without a sender. A
 * chat connection leaves none: where it was deleted, the channel says so.
 */
export const leftSender = (sent: { userId: SQLWrapper; senderOrgId: SQLWrapper }): SQL =>
  sql`(${sent.senderOrgId} IS NOT NULL AND ${sent.senderOrgId} NOT IN (
    WITH RECURSIVE tree(id) AS (
      SELECT u.org_id FROM ${users} AS u WHERE u.id = ${sent.userId} AND u.org_id IS NOT NULL
      UNION SELECT c.org_id FROM ${chatConnections} AS c WHERE c.id = ${sent.userId} AND c.org_id IS NOT NULL
      UNION SELECT o.parent_id FROM ${orgs} AS o JOIN tree ON o.id = tree.id WHERE o.parent_id IS NOT NULL
    ) SELECT id FROM tree) AND NOT ${isDeletedConnection(sent.userId)})`;
