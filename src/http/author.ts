import type { Context } from "hono";
import type { Author } from "../audit/audit.ts";
import type { AppEnv } from "./app-env.ts";
import { actorOf } from "../auth/principal.ts";

/** The author of a change, for the audit log. */
export const authorOf = (c: Context<AppEnv>): Author => ({
  actor: actorOf(c.get("principal")),
  requestId: c.get("requestId"),
});
