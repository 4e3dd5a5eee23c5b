import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Ctx } from "../ctx.ts";
import type { Deps } from "../deps.ts";
import type { Bindings } from "../bindings.ts";
import type { Log } from "../lib/log.ts";
import type { Principal } from "../auth/principal.ts";

/** What our middleware leaves in the Hono context. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    log: Log;
    deps: Deps;
    /** Opened by `openSession`: the verbs' context, reading where the caller's bookmark allows. */
    ctx: Ctx;
    principal: Principal;
    /** Set by a webhook once it knows that the caller is the provider. */
    isProvider?: true;
  };
}

export type App = OpenAPIHono<AppEnv>;
