import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import type { ContractName } from "../config/contracts.ts";
import { type Principal, type Role, ROLES, type TokenPrincipal } from "../auth/principal.ts";

/**
 * Admits callers with a valid token of one of `roles`, and anyone when `contract` is open. A token that is sent is always
 * verified and its role applied, also on an open contract. Without a contract a token is required.
 * As a route's `middleware` it runs before the input is validated.
 */
export const access = (contract: ContractName | null, roles: readonly Role[] = ROLES) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const principal = await authenticated(c, contract);
    if (principal.kind === "token" && !roles.includes(principal.role))
      throw new Failure("forbidden", whyForbidden(c, contract, roles, principal.role));
    c.set("principal", principal);
    return next();
  });

/** On an open contract a call without a token may succeed where this token fails, so the answer explains it. */
function whyForbidden(
  c: Context<AppEnv>,
  contract: ContractName | null,
  roles: readonly Role[],
  role: Role,
): string {
  const why = `This is for ${roles.join(", ")}; the token's role is ${role}.`;
  return contract !== null && c.get("deps").config.openContracts.has(contract)
    ? `${why} OPEN_CONTRACTS opens this contract to calls without a token; a token that is sent counts with its role.`
    : why;
}

async function authenticated(c: Context<AppEnv>, contract: ContractName | null): Promise<Principal> {
  const { authenticate, clock, config } = c.get("deps");
  const header = c.req.header("authorization");
  if (header === undefined) {
    if (contract !== null && config.openContracts.has(contract)) return { kind: "anonymous" };
    throw new Failure("unauthorized", "Send a token: `Authorization: Bearer <JWT>`.", {
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const token = /^Bearer +([^ ]+)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new Failure("unauthorized", "The Authorization header must be `Bearer <JWT>`.", {
      code: "token_malformed",
      headers: { "www-authenticate": 'Bearer error="invalid_request"' },
    });
  return authenticate(token, clock.now());
}

/** The principal of a caller with a token, for endpoints about the caller. @throws 401 without one */
export function requireToken(principal: Principal): TokenPrincipal {
  if (principal.kind === "token") return principal;
  throw new Failure("unauthorized", "Send a token: `Authorization: Bearer <JWT>`.");
}

/** Roles that administer everything, or their own organizations. */
export const ADMIN_ROLES = ["service", "global_admin", "org_admin"] as const satisfies readonly Role[];
/** Roles that may do everything. */
export const OPERATOR_ROLES = ["service", "global_admin"] as const satisfies readonly Role[];
