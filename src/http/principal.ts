import { z } from "zod";
import { directoryId } from "./schemas.ts";

export const ROLES = ["user", "coordinator", "org_admin", "global_admin", "service"] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. Anonymous only where a contract is open. */
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

/** The claims that we read. Without a role a caller is a plain user. */
export const claims = z.object({
  sub: directoryId,
  role: z.enum(ROLES).default("user"),
  org_id: directoryId.optional(),
  email: z.email().optional(),
  email_verified: z.boolean().optional(),
  name: z.string().max(200).optional(),
});

export const principalOf = (claim: z.output<typeof claims>): TokenPrincipal => ({
  kind: "token",
  id: claim.sub,
  role: claim.role,
  orgId: claim.org_id ?? null,
  email: claim.email ?? null,
  emailVerified: claim.email_verified ?? false,
  name: claim.name ?? null,
});

/** For logs, audit and idempotency: who it was, without personal data. */
export const actorOf = (principal: Principal): string =>
  principal.kind === "anonymous" ? "anonymous" : `${principal.role}:${principal.id}`;
