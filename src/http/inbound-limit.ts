import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * Keeps one address from flooding the service: the Workers Rate Limiting binding, counted at each Cloudflare location.
 * Production only; on a laptop every caller has the same address.
 */
export const inboundLimit = createMiddleware<AppEnv>(async (c, next) => {
  if (c.get("deps").config.environment === "production") {
    const key = c.req.header("cf-connecting-ip") ?? "unknown";
    const { success } = await c.env.INBOUND_LIMIT.limit({ key });
    if (!success)
      throw new Failure("rate_limited", "Too many requests from this address.", {
        headers: { "retry-after": "60" },
      });
  }
  await next();
});
