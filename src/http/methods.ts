import type { Context, Handler, MiddlewareHandler, NotFoundHandler } from "hono";
import type { RouterRoute } from "hono/types";
import { Failure } from "../lib/failure.ts";
import type { App, AppEnv } from "./app-env.ts";

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
export function methodsOf(app: App): { check: MiddlewareHandler<AppEnv>; notFound: NotFoundHandler<AppEnv> } {
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
