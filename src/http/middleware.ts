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
import { inboundLimit } from "./inbound-limit.ts";
import { fieldErrors } from "./field-errors.ts";
import { methodsOf } from "./methods.ts";
import { handleError, invalid } from "./problem.ts";
import { openSession } from "./session.ts";
import { strictly } from "./strict.ts";
import { usePlainWording } from "./wording.ts";

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

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;

/** JSON is UTF-8 (RFC 8259, 8.1). */
const isUtf8 = (type: string): boolean =>
  [...type.matchAll(CHARSET)].every(([, charset = ""]) => /^utf-?8$/i.test(charset));

/** `request.text()` would put U+FFFD in the place of what cannot be read, and we would send that. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Failure("malformed_json", "The body is not valid UTF-8.");
  }
}

/** Takes an empty body away, and the type that says what it is. */
function withoutBody(request: HonoRequest): void {
  const { url, method, headers } = request.raw;
  request.raw = new Request(url, { method, headers });
  request.raw.headers.delete("content-type");
}

/**
 * A body is JSON in UTF-8. Proxies give an empty body to a POST that has none, and some clients give it a type as well:
 * whatever its type, an empty body is none. (After `limitBody`. The text is left to Hono: who parses it reads nothing again.)
 */
const jsonOnly = createMiddleware<AppEnv>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  const bytes = c.req.raw.body === null ? null : await c.req.raw.arrayBuffer();
  if (bytes === null || bytes.byteLength === 0) {
    if (bytes !== null || type !== "") withoutBody(c.req);
  } else if (!JSON_TYPE.test(type))
    throw new Failure("unsupported_media_type", "Send the body as application/json.");
  else if (!isUtf8(type)) throw new Failure("unsupported_media_type", "Send the body in UTF-8.");
  // Hono keeps promises here, whatever its types say.
  else Object.assign(c.req.bodyCache, { text: Promise.resolve(decoded(bytes)) });
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
  const isOptions = c.req.method === "OPTIONS";
  // OPTIONS that is no preflight asks for the methods; the CORS middleware would answer it, whatever the path.
  const asks = isOptions && c.req.header("access-control-request-method") === undefined;
  if (asks || (c.req.header("origin") === undefined && !isOptions)) {
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
      if (result.success) return;
      const given = "data" in result ? result.data : undefined;
      throw invalid(fieldErrors(result.error, result.target, given));
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
  app.use(secureHeaders(SECURE_HEADERS));
  app.use(shared);
  // Not for webhooks: a provider tells of all its e-mails from a few addresses.
  for (const path of ["/api/*", "/healthz", "/openapi.json", "/docs/*"]) app.use(path, inboundLimit);
  app.use(methods.check);
  // The other methods have no body that we would read.
  app.on(["POST", "PUT", "PATCH"], "/api/*", limitBody, jsonOnly);
  app.use("/api/*", notKept, openSession);
  return app;
}
