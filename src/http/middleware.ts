import { OpenAPIHono } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { TrieRouter } from "hono/router/trie-router";
import { createMiddleware } from "hono/factory";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { Context, Handler, MiddlewareHandler, NotFoundHandler } from "hono";
import type { RouterRoute } from "hono/types";
import type { Bindings } from "../bindings.ts";
import type { SessionStart } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { Failure, invalid } from "../lib/failure.ts";
import { failingLimit, inboundLimit } from "./access.ts";
import type { App, AppEnv } from "./app-env.ts";
import { fieldErrors, givenIn } from "./field-errors.ts";
import { jsonOnly, limitBody, strictly } from "./input.ts";
import { handleError } from "./problem.ts";
import { usePlainWording } from "./wording.ts";

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

/** How long a browser need not ask again whether it may: as long as the browsers allow at most (Chromium's two hours). */
const PREFLIGHT_SECONDS = 7_200;

/** These headers mean nothing to an API, and each header of each answer costs time. */
const SECURE_HEADERS = {
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  removePoweredBy: false,
};

const protectApi = secureHeaders(SECURE_HEADERS);
/** Without a referrer browsers do not say where a form comes from. Other sites learn of none. */
const protectConsole = secureHeaders({ ...SECURE_HEADERS, referrerPolicy: "same-origin" });

/** Pages of other sites load these, whatever CORS_ORIGINS says: they are public, and hold nothing of anybody. */
const SHARED: ReadonlySet<string> = new Set(["/push-sw.js", "/inbox.js", "/inbox.json"]);
const protectShared = secureHeaders({ ...SECURE_HEADERS, crossOriginResourcePolicy: "cross-origin" });

const protect: MiddlewareHandler<AppEnv> = (c, next) => protectionOf(c.req.path)(c, next);

const protectionOf = (path: string): MiddlewareHandler =>
  path.startsWith("/console") ? protectConsole : SHARED.has(path) ? protectShared : protectApi;

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

const BOOKMARK = "x-d1-bookmark";

/**
 * D1 refuses a text that is no bookmark, or returns it as the caller's next one. So only texts of a bookmark's shape pass
 * (https://developers.cloudflare.com/d1/worker-api/d1-database/#getbookmark).
 */
const looksLikeBookmark = (text: string) => /^[0-9a-f]{8,64}(-[0-9a-f]{8,64}){3}$/.test(text);

/**
 * Opens the request's D1 session. Reads go to the nearest replica that has seen the caller's own writes (the bookmark);
 * requests that write start from the primary, since they decide by what they have read.
 */
const openSession = createMiddleware<AppEnv>(async (c, next) => {
  const bookmark = c.req.header(BOOKMARK);
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  const start: SessionStart =
    reads && bookmark !== undefined && looksLikeBookmark(bookmark)
      ? bookmark
      : reads
        ? "first-unconstrained"
        : "first-primary";
  const ctx = c.get("deps").open(start, c.get("log"));
  c.set("ctx", ctx);
  await next();
  const reached = ctx.db.bookmark();
  // c.header would build the whole answer again.
  if (reached !== null) c.res.headers.set(BOOKMARK, reached);
});

/** Answers are personal and soon out of date, so no cache may keep them. */
const noStore = createMiddleware<AppEnv>((c, next) => {
  c.header("cache-control", "no-store");
  return next();
});

/**
 * Allows pages of the origins in CORS_ORIGINS to call us. Only browsers send an origin. `Vary` tells caches that the answer
 * depends upon it.
 */
const allowOrigins = createMiddleware<AppEnv>(async (c, next) => {
  const { corsOrigins } = c.get("deps").config;
  const isOptions = c.req.method === "OPTIONS";
  // An OPTIONS request without this header is no preflight: it asks for the methods. Hono's CORS would answer it, too.
  const asksForMethods = isOptions && c.req.header("access-control-request-method") === undefined;
  if (asksForMethods || (c.req.header("origin") === undefined && !isOptions)) {
    if (corsOrigins.length > 0) c.header("vary", "Origin", { append: true });
    return next();
  }
  const origin = corsOrigins.includes("*") || SHARED.has(c.req.path) ? "*" : [...corsOrigins];
  return cors({ origin, ...CORS_HEADERS, maxAge: PREFLIGHT_SECONDS })(c, next);
});

/** An app with the middleware that every request passes through, and no route yet. */
export function createBase(depsOf: (env: Bindings) => Deps): App {
  const app: App = new OpenAPIHono<AppEnv>({
    // Hono's own choice first builds expressions of all routes, finds that ours cannot be told apart by them, and takes this.
    router: new TrieRouter(),
    defaultHook: (result) => {
      if (result.success) return;
      throw invalid(fieldErrors(result.error, result.target, givenIn(result)));
    },
  });
  usePlainWording();
  const { openapi } = app;
  app.openapi = (route, handler, hook) => openapi(strictly(route), handler, hook);
  app.onError(handleError);
  const methods = methodsOf(app);
  app.notFound(methods.notFound);

  app.use(requestId({ limitLength: 128 }));
  app.use(prepare(depsOf));
  app.use(protect);
  app.use(allowOrigins);
  for (const path of [
    "/api/*",
    "/healthz",
    "/openapi.json",
    "/docs/*",
    "/llms.txt",
    "/llms-full.txt",
    "/unsubscribe/*",
    "/console/*",
    ...SHARED,
  ])
    app.use(path, inboundLimit);
  app.use("/webhooks/*", failingLimit());
  app.use("/api/*", noStore);
  app.use("/dev/*", onlyInDevelopment);
  app.use(methods.check);
  // We read no body of the other methods.
  app.on(["POST", "PUT", "PATCH"], "/api/*", limitBody, jsonOnly);
  // The one deletion that needs a list of what to delete.
  app.on("DELETE", "/api/v1/topics/:topic/subscribers", limitBody, jsonOnly);
  app.use("/api/*", openSession);
  return app;
}

/** What is under /dev is for a developer's own machine: elsewhere nothing shows that there is something. */
const onlyInDevelopment = createMiddleware<AppEnv>(async (c, next) => {
  if (c.get("deps").config.environment !== "development")
    throw new Failure("not_found", "There is nothing at this address.");
  await next();
});

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Whether a route is an endpoint: no middleware, and no pattern for many paths. */
const isEndpoint = ({ method, path }: Pick<RouterRoute, "method" | "path">): boolean =>
  method !== "ALL" && !path.includes("*");

/** As `Allow` has it: HEAD is answered wherever GET is, OPTIONS everywhere. */
const allowed = (methods: Iterable<string>): string =>
  [...methods]
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method))
    .concat("OPTIONS")
    .join(", ");

/**
 * A known path with another method is answered 405, with the methods that it has in `Allow` (RFC 9110, 15.5.6). OPTIONS asks
 * for them. A fixed path wins over a pattern: DELETE of `/notifications/preferences` is no DELETE of `/notifications/{id}`.
 */
function methodsOf(app: App): { check: MiddlewareHandler<AppEnv>; notFound: NotFoundHandler<AppEnv> } {
  // Filled at the first request: the routes are registered later than this.
  let fixed: ReadonlyMap<string, readonly string[]> | undefined;

  function known(path: string): readonly string[] {
    const methods = fixed?.get(path);
    if (methods !== undefined) return methods;
    return METHODS.filter((method) =>
      app.router
        .match(method, path)[0]
        .some(([[, route]]: [[Handler, RouterRoute], unknown]) => isEndpoint(route)),
    );
  }

  const refused = (c: Context<AppEnv>, methods: readonly string[]): Failure =>
    new Failure("method_not_allowed", `${c.req.method} is not for this address; \`Allow\` names what is.`, {
      headers: { allow: allowed(methods) },
    });

  return {
    check: (c, next) => {
      fixed ??= fixedPaths(app.routes);
      const methods = fixed.get(c.req.path);
      const method = c.req.method === "HEAD" ? "GET" : c.req.method;
      if (methods !== undefined && method !== "OPTIONS" && !methods.includes(method))
        throw refused(c, methods);
      return next();
    },
    notFound: (c) => {
      const methods = known(c.req.path);
      if (methods.length === 0) throw new Failure("not_found", "There is nothing at this address.");
      if (c.req.method !== "OPTIONS") throw refused(c, methods);
      return c.body(null, 204, { allow: allowed(methods) });
    },
  };
}

function fixedPaths(routes: readonly RouterRoute[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { method, path } of routes.filter(isEndpoint))
    if (!path.includes(":")) found.set(path, (found.get(path) ?? new Set()).add(method));
  return new Map(
    Array.from(found, ([path, methods]) => [path, METHODS.filter((method) => methods.has(method))]),
  );
}
