import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { type Scope, userInScope } from "../auth/scope.ts";
import { erasedLately, userErased } from "./tombstones.ts";
import { createUserIfMissing, type NewUser } from "./users.ts";

/** Whose data a request is about: the caller's own, or those of a user in scope whom the caller names. */
export interface Subject {
  id: string;
  /** The caller's: the subject must lie in it. */
  scope: Scope;
  /** What the token tells of a user who is created at first use; null where the user must be there. */
  create: NewUser | null;
}

/** The condition that the subject is there and in scope. */
export const isThere = ({ id, scope }: Subject): SQL => userInScope(scope, sql`${id}`);

/** Reads one row when whoever is named is there and in scope, as callers themselves are without a look. */
export const findSubject = (subject: Subject): Statement =>
  subject.scope.kind === "own" && subject.scope.userId === subject.id
    ? sql`SELECT 1`
    : sql`SELECT 1 WHERE ${isThere(subject)}`;

/** For the batch that needs the subject: it creates who may be created, and reads why a subject is not there. */
export async function summon(
  ctx: Ctx,
  { id, create }: Subject,
): Promise<{ create: Statement[]; why: Statement }> {
  const erased = await erasedLately(ctx, id);
  return {
    create: create === null ? [] : [createUserIfMissing(ctx, create, erased)],
    why: sql`SELECT 1 WHERE ${erased}`,
  };
}

/** Why a subject is not there. @param why what `summon` read */
export function missing({ scope, id, create }: Subject, why: readonly unknown[] = []): Failure {
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
