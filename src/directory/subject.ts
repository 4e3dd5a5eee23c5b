import { type SQL, sql } from "drizzle-orm";
import type { Principal, TokenPrincipal } from "../auth/principal.ts";
import { type Scope, userInScope, scopeOf } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { users } from "../db/schema/index.ts";
import type { Statement } from "../db/statement.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { erasedLately, userErased } from "./tombstones.ts";
import { createUserIfMissing, type NewUser } from "./users.ts";

/** The user whose data a request reads or changes: the caller, or a user in scope whom the caller names. */
export interface Subject {
  id: string;
  /** The caller's scope. The subject must be in it. */
  scope: Scope;
  /** What the token says about the user, to create the user at the first request; null where the user must exist. */
  create: NewUser | null;
}

/**
 * The subject of a request. The first request of a user or a coordinator creates the user from the token. An admin's creates
 * none, and a service is not a user.
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
  return { id, scope: { kind: "own", userId: id }, create: newUserOf(principal, id) };
}

/**
 * The user whom a request about `userId` creates when missing, with what the token says. Only users and coordinators are
 * created, and only by themselves: an admin is none of an organization's users, and a service is no user. Null: nobody.
 */
export function newUserOf(principal: Principal, userId: string): NewUser | null {
  if (principal.kind === "anonymous") return null;
  const scope = scopeOf(principal);
  if (scope.kind !== "own" || scope.userId !== userId) return null;
  const { id, orgId, email, emailVerified, name } = principal;
  return { id, orgId, email, emailVerified, name };
}

/** The condition that the subject exists and is in scope. */
export const subjectExists = ({ id, scope }: Subject): SQL => userInScope(scope, sql`${id}`);

/**
 * The subject's address as suppressions have it, where the caller may know whether it is suppressed: anybody may have a token
 * with an address of somebody else, so of one that is not verified only those who see everything may.
 */
const suppressibleAddress = ({ id, scope }: Pick<Subject, "id" | "scope">): SQL =>
  sql`(SELECT lower(u.email) FROM ${users} AS u WHERE u.id = ${id}
    AND ${scope.kind === "all" ? sql`true` : sql`u.email_verified`})`;

/** The same of the number. */
const suppressibleNumber = ({ id, scope }: Pick<Subject, "id" | "scope">): SQL =>
  sql`(SELECT u.phone FROM ${users} AS u WHERE u.id = ${id}
    AND ${scope.kind === "all" ? sql`true` : sql`u.phone_verified`})`;

/** Address and number, as a list of SQL. */
export const suppressible = (subject: Pick<Subject, "id" | "scope">): SQL =>
  sql`(${suppressibleAddress(subject)}, ${suppressibleNumber(subject)})`;

/** Finds one row if the subject exists and is in scope. It does not check a caller who is the subject. */
export const findSubject = (subject: Subject): SQL =>
  subject.scope.kind === "own" && subject.scope.userId === subject.id
    ? sql`SELECT 1`
    : sql`SELECT 1 WHERE ${subjectExists(subject)}`;

/** For a batch that needs the subject: `create` creates a missing user where allowed, `why` finds a row if the user was erased. */
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

/** The error for a missing subject. @param why the rows that the `why` of `ensureSubject` found */
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
