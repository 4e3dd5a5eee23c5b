import { OpenAPIHono } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { Deps } from "../deps.ts";
import type { Bindings } from "../env.ts";
import { Failure } from "../lib/failure.ts";
import type { App, AppEnv } from "./app-env.ts";
import { failingLimit, inboundLimit } from "./inbound-limit.ts";
import { fieldErrors, handleError, invalid } from "./problem.ts";
import { openSession } from "./session.ts";

/** The largest body that we read: a batch of 1,000 pushes of 4 KB each, with room. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** What browsers of an allowed origin may send and read. */
const CORS_HEADERS = {
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    "prefer",
    "x-d1-bookmark",
    "x-request-id",
  ],
  exposeHeaders: [
    "idempotency-replayed",
    "location",
    "preference-applied",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-d1-bookmark",
    "x-request-id",
  ],
};

/** Without those that mean nothing to an API: each header of each answer costs time. */
const SECURE_HEADERS = {
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  removePoweredBy: false,
};

/** Puts what the request needs into its context, and logs one line when it is done: route, never path or query. */
const prepare = (depsOf: (env: Bindings) => Deps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const deps = depsOf(c.env);
    c.set("deps", deps);
    const log = deps.log.with({ request_id: c.get("requestId") });
    c.set("log", log);
    const startedAt = deps.clock.now();
    await next();
    log.info("request", {
      method: c.req.method,
      route: c.req.routePath,
      status: c.res.status,
      ms: deps.clock.now() - startedAt,
    });
  });

/** It is read in the form in which it will be asked for: another would be converted. */
const isEmptyBody = async (request: HonoRequest, isText: boolean): Promise<boolean> =>
  request.raw.body === null ||
  (isText ? (await request.text()) === "" : (await request.arrayBuffer()).byteLength === 0);

/**
 * A body is JSON. Proxies give an empty body to a POST that has none, and some clients give it a type as well: whatever
 * its type, an empty body is none. (After `limitBody`, and kept by Hono: who parses it does not read it again.)
 */
const jsonOnly = createMiddleware<AppEnv>(async (c, next) => {
  const type = c.req.header("content-type");
  const isJson = /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? "");
  const isEmpty = await isEmptyBody(c.req, isJson);
  if (!isJson && !isEmpty) throw new Failure("unsupported_media_type", "Send the body as application/json.");
  if (isEmpty && type !== undefined) {
    const { url, method, headers } = c.req.raw;
    c.req.raw = new Request(url, { method, headers });
    c.req.raw.headers.delete("content-type");
  }
  await next();
});

/** Answers are about people and of this moment, so nobody on the way keeps them. */
const notKept = createMiddleware<AppEnv>((c, next) => {
  c.header("cache-control", "no-store");
  return next();
});

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Failure("payload_too_large", `A body may have at most ${MAX_BODY_BYTES} bytes.`);
  },
});

/**
 * Lets pages of other origins in, where CORS_ORIGINS names them. Only browsers say which origin a request is of; whoever
 * keeps an answer for others must know that theirs would have been another.
 */
const shared = createMiddleware<AppEnv>(async (c, next) => {
  const { corsOrigins } = c.get("deps").config;
  if (c.req.header("origin") === undefined && c.req.method !== "OPTIONS") {
    if (corsOrigins.length > 0) c.header("vary", "Origin", { append: true });
    return next();
  }
  const origin = corsOrigins.includes("*") ? "*" : [...corsOrigins];
  return cors({ origin, ...CORS_HEADERS })(c, next);
});

/** An app with what every request goes through, and no route yet. */
export function createBase(depsOf: (env: Bindings) => Deps): App {
  const app: App = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(fieldErrors(result.error, result.target === "json"));
    },
  });
  app.onError(handleError);
  app.notFound(() => {
    throw new Failure("not_found", "There is nothing at this address.");
  });

  app.use(requestId({ limitLength: 128 }));
  app.use(prepare(depsOf));
  app.use(secureHeaders(SECURE_HEADERS));
  app.use(shared);
  for (const path of ["/api/*", "/healthz", "/openapi.json", "/docs/*", "/unsubscribe/*"])
    app.use(path, inboundLimit);
  app.use("/webhooks/*", failingLimit());
  // The other methods have no body that we would read.
  app.on(["POST", "PUT", "PATCH"], "/api/*", limitBody, jsonOnly);
  app.use("/api/*", notKept, openSession);
  return app;
}
