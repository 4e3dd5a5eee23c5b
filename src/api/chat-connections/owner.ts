import type { Principal } from "../../auth/principal.ts";
import { scopeOf } from "../../auth/scope.ts";
import type { ChatOwner, Keeper } from "../../channels/chat/owner.ts";
import { invalid } from "../../lib/failure.ts";

/**
 * Whose connections a call is about: the owner that it names, else an org_admin's own organization, else the caller.
 * @throws 400 where nobody is named and the caller is a program
 */
export function requireOwner(
  principal: Principal,
  { user_id, org_id }: { user_id: string | undefined; org_id: string | undefined },
): ChatOwner {
  if (user_id !== undefined) return { userId: user_id };
  if (org_id !== undefined) return { orgId: org_id };
  if (principal.kind === "token" && principal.role === "org_admin" && principal.orgId !== null)
    return { orgId: principal.orgId };
  if (principal.kind === "token" && principal.role !== "service") return { userId: principal.id };
  throw invalid([{ pointer: "/user_id", detail: "name a user or an organization" }]);
}

export const keeperOf = (principal: Principal): Keeper => ({
  scope: scopeOf(principal),
  userId: principal.kind === "token" && principal.role !== "service" ? principal.id : null,
});
