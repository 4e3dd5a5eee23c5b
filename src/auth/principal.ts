export const ROLES = ["user", "coordinator", "org_admin", "global_admin", "service"] as const;
export type Role = (typeof ROLES)[number];

/** The caller. Anonymous only where a contract is open. */
export type Principal =
  | { kind: "anonymous" }
  | {
      kind: "token";
      id: string;
      role: Role;
      orgId: string | null;
      email: string | null;
      emailVerified: boolean;
      name: string | null;
    };

export type TokenPrincipal = Extract<Principal, { kind: "token" }>;

/** The caller for logs, audit and idempotency: without personal data. */
export const actorOf = (principal: Principal): string =>
  principal.kind === "anonymous" ? "anonymous" : `${principal.role}:${principal.id}`;
