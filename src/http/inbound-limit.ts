import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { DAY, MINUTE } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { clientOf } from "./client-address.ts";

const clientIn = (c: Context<AppEnv>): string => clientOf(c.req.header("cf-connecting-ip") ?? "unknown");

/** On a laptop every caller has the same address. */
const isCounted = (c: Context<AppEnv>): boolean => c.get("deps").config.environment === "production";

/** Counts, by the Workers Rate Limiting binding at each Cloudflare location. @returns whether it is within the limit */
const count = async (c: Context<AppEnv>, client: string): Promise<boolean> =>
  (await c.env.INBOUND_LIMIT.limit({ key: client })).success;

const tooMany = (): Failure =>
  new Failure("rate_limited", "Too many requests from this address.", { headers: { "retry-after": "60" } });

/** Keeps one client from flooding the service. Production only. */
export const inboundLimit = createMiddleware<AppEnv>(async (c, next) => {
  if (isCounted(c) && !(await count(c, clientIn(c)))) throw tooMany();
  await next();
});

/** Clients that an isolate remembers; the first one goes first. */
const MAX_CLIENTS = 10_000;

/** Clients and until when (epoch ms) something holds of them. */
function createUntil() {
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
 * The same for webhooks, of which only those that are not the provider's are counted: it tells of all its e-mails from a few
 * addresses. A client that is over the limit is refused for a minute, unless it has lately told something that was
 * verified: others send from the providers' addresses, too.
 */
export function failingLimit() {
  const refused = createUntil();
  const verified = createUntil();
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

/** Not where it broke here. */
const isCallersFault = ({ res, error }: Context<AppEnv>): boolean =>
  res.status < 500 || (error instanceof Failure && error.options.code === UNVERIFIABLE);

/** The code of a call that could not be verified now. */
export const UNVERIFIABLE = "unverifiable";
