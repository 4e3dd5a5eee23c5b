import { type RouteConfig, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { invalid } from "./problem.ts";

/** Hono reads a missing body as `{}`: every field would be reported, or every optional one reset. */
const bodyMissing = () =>
  new Failure("invalid_request", "The body is empty; send it as JSON.", {
    errors: [{ pointer: "", detail: "is required" }],
  });

const isReadable = (encoded: string): boolean => {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
};

/** Hono takes a value that it cannot decode as it is written; it would match nothing. */
function refuseUnreadable(search: string): void {
  if (!search.includes("%") || isReadable(search)) return;
  const unreadable = search.split("&").filter((pair) => !isReadable(pair));
  const detail = "is not percent-encoded UTF-8";
  throw invalid(unreadable.map((pair) => ({ pointer: pair.split("=", 1)[0] ?? "", detail })));
}

/**
 * A route of the API accepts only what it declares: it refuses unknown parameters of the query, as it does unknown fields
 * of a body, and an empty body where one is needed. Routes outside /api/ ignore unknown parameters: monitors, mail
 * scanners and providers add their own, and none changes what is done.
 */
export function strictly<R extends RouteConfig>(route: R): R {
  if (!route.path.startsWith("/api/")) return route;
  const { query, body } = route.request ?? {};
  if (query !== undefined && !(query instanceof z.ZodObject))
    throw new Error(`The query of ${route.path} is no object schema`);
  // Most requests have no query. One check for all of them is cheaper than a validator for each route.
  const check = createMiddleware<AppEnv>((c, next) => {
    const { url, raw } = c.req;
    const start = url.indexOf("?");
    if (start !== -1) {
      refuseUnreadable(url.slice(start + 1));
      if (query === undefined) refuseAll(c.req.queries());
    }
    if (body?.required === true && raw.body === null) throw bodyMissing();
    return next();
  });
  return {
    ...route,
    // Access is checked first, so that a caller without it learns nothing else.
    middleware: [...[route["middleware"] ?? []].flat(), check],
    request: { ...route.request, ...(query && { query: query.strict() }) },
  };
}

const refuseAll = (queries: Record<string, string[]>): void => {
  const names = Object.keys(queries);
  if (names.length > 0)
    throw invalid(names.map((pointer) => ({ pointer, detail: "is not a known parameter" })));
};
