import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { type Principal, type Role, ROLES, type TokenPrincipal } from "../auth/principal.ts";
import type { ContractName } from "../config/contracts.ts";
import { DAY, MINUTE } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { clientOf } from "./client-address.ts";

/** Whom a route admits: callers with a token of one of these roles, and anyone where its contract is open. */
export interface Admission {
  contract: ContractName | null;
  roles: readonly Role[];
}

const admissions = new WeakMap<object, Admission>();

/** Whom a handler admits, for the reference; undefined if `access` has not made it. */
export const admissionOf = (handler: object): Admission | undefined => admissions.get(handler);

/**
 * Admits callers with a valid token of one of `roles`, and anyone when `contract` is open. A token that is sent is always
 * verified and its role applied, also on an open contract. Without a contract a token is required.
 * As a route's `middleware` it runs before the input is validated.
 */
export function access(contract: ContractName | null, roles: readonly Role[] = ROLES) {
  const middleware = createMiddleware<AppEnv>(async (c, next) => {
    const principal = await authenticated(c, contract);
    if (principal.kind === "token" && !roles.includes(principal.role))
      throw new Failure(
        "forbidden",
        whyForbidden(c, contract, roles, principal.role),
        // What every role of a person may do is about the caller's own: a service has nothing of its own.
        principal.role === "service" ? { code: "no_user" } : {},
      );
    c.set("principal", principal);
    return next();
  });
  admissions.set(middleware, { contract, roles });
  return middleware;
}

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
/** Roles of people, for what is the caller's own. */
export const PERSONAL_ROLES = ROLES.filter((role) => role !== "service");
/** Roles that may do everything. */
export const OPERATOR_ROLES = ["service", "global_admin"] as const satisfies readonly Role[];

const clientIn = (c: Context<AppEnv>): string => clientOf(c.req.header("cf-connecting-ip") ?? "unknown");

/** On a laptop every caller has the same address. */
const isCounted = (c: Context<AppEnv>): boolean => c.get("deps").config.environment === "production";

/** Counts a request by the Workers Rate Limiting binding, at each location. @returns whether it is within the limit */
const count = async (c: Context<AppEnv>, client: string): Promise<boolean> =>
  (await c.env.INBOUND_LIMIT.limit({ key: client })).success;

const tooMany = (): Failure =>
  new Failure("rate_limited", "Too many requests from this address.", { headers: { "retry-after": "60" } });

/** Keeps one client from flooding the service. Production only. */
export const inboundLimit = createMiddleware<AppEnv>(async (c, next) => {
  if (isCounted(c) && !(await count(c, clientIn(c)))) throw tooMany();
  await next();
});

/** An isolate remembers at most so many clients, and drops the oldest. */
const MAX_CLIENTS = 10_000;

/** Remembers clients until a time each (epoch ms). */
function createExpiringSet() {
  const until = new Map<string, number>();
  return {
    has: (client: string, now: number): boolean => (until.get(client) ?? 0) > now,
    set(client: string, time: number): void {
      const [oldest] = until.keys();
      if (until.size >= MAX_CLIENTS && oldest !== undefined) until.delete(oldest);
      until.delete(client);
      until.set(client, time);
    },
  };
}

/**
 * Limits webhooks. Only calls that could not be verified are counted, since a provider sends the events of all e-mails
 * from a few addresses. A client over the limit is refused for a minute, unless one of its calls was verified within the
 * last day: strangers may send from a provider's addresses, too.
 */
export function failingLimit() {
  const refused = createExpiringSet();
  const verified = createExpiringSet();
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!isCounted(c)) return next();
    const client = clientIn(c);
    const now = c.get("deps").clock.now();
    if (refused.has(client, now) && !verified.has(client, now)) throw tooMany();
    await next();
    if (c.get("isProvider") === true) verified.set(client, now + DAY);
    else if (isCallersFault(c) && !(await count(c, client))) refused.set(client, now + MINUTE);
  });
}

/** Whether the caller is to blame, and not a fault of ours. */
const isCallersFault = ({ res, error }: Context<AppEnv>): boolean =>
  res.status < 500 || (error instanceof Failure && error.options.code === UNVERIFIABLE);

/** The code of a webhook that cannot be verified at the moment. */
export const UNVERIFIABLE = "unverifiable";
