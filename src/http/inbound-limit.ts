import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { DAY, MINUTE } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { clientOf } from "./client-address.ts";

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
 * The same for webhooks. Only calls that could not be verified are counted, since a provider sends the events of all e-mails
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
