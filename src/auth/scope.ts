import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { orgs, users } from "../db/schema/index.ts";

/**
 * Which rows a caller has to do with: all, those of an organization and what is below it, or their own. Users move from
 * one organization to another, and what is told of them stays. So for an org_admin:
 *
 * - **Who and what they are** (users, devices, preferences, mentors and the records about them, stats subscriptions): where
 *   the user or the mentor is now. A former organization loses them at once, the new one has them with their past.
 *   `inScope` with the user's own `org_id`.
 * - **What was sent** (dispatches: lists, totals, one by its id): where the user was when it was made. It stays in the log
 *   of the organization that sent it; the new one sees what was sent since. `inScope` with the dispatch's `org_id`.
 * - **What is done with what was sent** (retry, cancel, mark, note, delete): both; it is seen, and its user is here now.
 *   `mayAct`. Else it is 403, `user_moved`.
 * - **Tokens and addresses** shown with a dispatch: only those of whoever is in scope now.
 * - **What is sent later on an org_admin's word** (`send_at`, a slot, a retry, a fallback): asked again when it is sent.
 *   `leftSender`. Whose user has left is cancelled, `sender_not_in_charge`.
 *
 * A user's own rows are theirs wherever they are; service and global_admin have all.
 */
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

/** What a dispatch says of its user and of where it was made, as columns. */
interface Sent {
  userId: SQLWrapper;
  orgId: SQLWrapper;
}

/** The condition that a caller may do something with a dispatch: it is in scope, and so is its user now. */
export const mayAct = (scope: Scope, sent: Sent): SQL =>
  scope.kind === "org"
    ? sql`(${inScope(scope, sent)} AND ${userInScope(scope, sent.userId)})`
    : inScope(scope, sent);

/** The condition that the user with this id is there and in scope now. */
export const userInScope = (scope: Scope, userId: SQLWrapper): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS in_scope WHERE in_scope.id = ${userId}
    AND ${inScope(scope, { userId: sql`in_scope.id`, orgId: sql`in_scope.org_id` })})`;

/** The organization on whose authority something is sent for this caller; null where no leave is needed. */
export const senderOf = (scope: Scope): string | null => (scope.kind === "org" ? scope.orgId : null);

/**
 * The condition that a dispatch was asked for by an org_admin to whose organizations its user does not belong any more.
 * It looks from the user's organization upwards: as many rows as the tree is high, none without a sender.
 */
export const leftSender = (sent: { userId: SQLWrapper; senderOrgId: SQLWrapper }): SQL =>
  sql`(${sent.senderOrgId} IS NOT NULL AND ${sent.senderOrgId} NOT IN (
    WITH RECURSIVE tree(id) AS (
      SELECT u.org_id FROM ${users} AS u WHERE u.id = ${sent.userId} AND u.org_id IS NOT NULL
      UNION SELECT o.parent_id FROM ${orgs} AS o JOIN tree ON o.id = tree.id WHERE o.parent_id IS NOT NULL
    ) SELECT id FROM tree))`;
