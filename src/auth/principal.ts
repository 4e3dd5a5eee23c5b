import { z } from "zod";
import { canonicalAddress } from "../lib/address.ts";
import { directoryId, plainText } from "../lib/text.ts";

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

/** What identity providers send for a claim without a value. */
const nothing = z.union([z.null(), z.literal("")]).transform(() => undefined);

/** A claim that no decision depends on: an invalid one counts as missing. */
const useful = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);

/**
 * The claims that we read. `sub`, `role` and `org_id` say what a caller may do, and must be right; without a role a caller
 * is a plain user. The others only describe a user whom the directory does not have yet.
 */
export const claims = z.object({
  sub: directoryId,
  role: z.enum(ROLES).default("user"),
  org_id: z.union([nothing, directoryId]).optional(),
  email: useful(z.string().transform((text) => canonicalAddress(text.trim()) ?? undefined)),
  // Some identity providers write booleans as text.
  email_verified: useful(
    z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === "true")]),
  ),
  name: useful(z.string().trim().pipe(plainText(200))),
});

export const principalOf = (claim: z.output<typeof claims>): TokenPrincipal => ({
  kind: "token",
  id: claim.sub,
  role: claim.role,
  orgId: claim.org_id ?? null,
  email: claim.email ?? null,
  emailVerified: claim.email !== undefined && claim.email_verified === true,
  name: claim.name ?? null,
});

/** The caller for logs, audit and idempotency: without personal data. */
export const actorOf = (principal: Principal): string =>
  principal.kind === "anonymous" ? "anonymous" : `${principal.role}:${principal.id}`;
