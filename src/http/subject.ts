import type { Subject } from "../directory/subject.ts";
import type { NewUser } from "../directory/users.ts";
import { Failure } from "../lib/failure.ts";
import type { TokenPrincipal } from "../auth/principal.ts";
import { scopeOf } from "../auth/scope-of.ts";

/**
 * Whose data an endpoint of a user's own is about: the caller's, or those of the user in scope whom the caller names. A
 * user and a coordinator become users by their token at first use. An admin may be one whom the directory knows, but no
 * token makes one; a service is none.
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
  const isMade = role === "user" || role === "coordinator";
  return { id, scope: { kind: "own", userId: id }, create: isMade ? newUserOf(principal) : null };
}

/** A user as far as a token tells. */
export function newUserOf({ id, orgId, email, emailVerified, name }: TokenPrincipal): NewUser {
  return { id, orgId, email, emailVerified, name };
}
