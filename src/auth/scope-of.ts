import type { Scope } from "./scope.ts";
import type { Principal } from "./principal.ts";

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
