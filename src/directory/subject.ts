import { type SQL, sql } from "drizzle-orm";
import type { TokenPrincipal } from "../auth/principal.ts";
import { type Scope, userInScope, scopeOf } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { erasedLately, userErased } from "./tombstones.ts";
import { createUserIfMissing, type NewUser } from "./users.ts";

/** Whose data a request is about: the caller's own, or those of a user in scope whom the caller names. */
export interface Subject {
  id: string;
  /** The caller's: the subject must lie in it. */
  scope: Scope;
  /** The user to create at first use, from the token; null where the user must exist. */
  create: NewUser | null;
}

/**
 * The subject of a request: the caller, or the user in scope whom the caller names. The token of a user or a coordinator
 * creates that user at first use. The token of an admin creates none, and a service is no user.
 * @param named the request's `user_id`, where the endpoint takes one
 * @throws 403 for a service that names nobody
 */
export function subjectOf(principal: TokenPrincipal, named?: string): Subject {
  const { id, role } = principal;
  if (named !== undefined && (role === "service" || named !== id))
    return { id: named, scope: scopeOf(principal), create: null };
  if (role === "service")
    throw new Failure(
      "forbidden",
      "A service is no user and has nothing of its own here. Where the endpoint takes `user_id`, name a user.",
      { code: "no_user" },
    );
  const isCreated = role === "user" || role === "coordinator";
  return { id, scope: { kind: "own", userId: id }, create: isCreated ? newUserOf(principal) : null };
}

/** What a token says about its user. */
export function newUserOf({ id, orgId, email, emailVerified, name }: TokenPrincipal): NewUser {
  return { id, orgId, email, emailVerified, name };
}

/** The condition that the subject exists and is in scope. */
export const subjectExists = ({ id, scope }: Subject): SQL => userInScope(scope, sql`${id}`);

/** Finds one row if the subject exists and is in scope. Callers themselves are not looked up. */
export const findSubject = (subject: Subject): SQL =>
  subject.scope.kind === "own" && subject.scope.userId === subject.id
    ? sql`SELECT 1`
    : sql`SELECT 1 WHERE ${subjectExists(subject)}`;

/** For the batch that needs the subject: `create` creates a missing user if allowed, `why` finds a row if it was erased. */
export async function ensureSubject(
  ctx: Ctx,
  { id, create }: Subject,
): Promise<{ create: Statement[]; why: SQL }> {
  const erased = await erasedLately(ctx, id);
  return {
    create: create === null ? [] : [createUserIfMissing(ctx, create, erased)],
    why: sql`SELECT 1 WHERE ${erased}`,
  };
}

/** Why there is no such subject. @param why the rows that the `why` of `ensureSubject` found */
export function subjectMissing({ scope, id, create }: Subject, why: readonly unknown[] = []): Failure {
  const isCaller = scope.kind === "own" && scope.userId === id;
  if (isCaller && why.length > 0) return userErased();
  if (!isCaller || create !== null) return notFound("user");
  return new Failure(
    "forbidden",
    "The token's subject is no user. Where the endpoint takes `user_id`, name one.",
    {
      code: "no_user",
    },
  );
}
