import { type RouteConfig, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { invalid } from "./problem.ts";

/** The framework reads a missing body as `{}`: every field would be named, or everything optional wiped. */
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

/** What cannot be decoded would be compared as it is written, and find nothing. */
function refuseUnreadable(search: string): void {
  if (!search.includes("%") || isReadable(search)) return;
  const unreadable = search.split("&").filter((pair) => !isReadable(pair));
  const detail = "is not percent-encoded UTF-8";
  throw invalid(unreadable.map((pair) => ({ pointer: pair.split("=", 1)[0] ?? "", detail })));
}

/**
 * A route of the API takes what it declares and nothing else: a parameter of the query that it does not know is refused
 * like an unknown field of a body, and so is an empty body where one is needed. Other addresses stay tolerant: monitors,
 * mail scanners and providers add parameters of their own to them, and none there changes what is done.
 */
export function strictly<R extends RouteConfig>(route: R): R {
  if (!route.path.startsWith("/api/")) return route;
  const { query, body } = route.request ?? {};
  if (query !== undefined && !(query instanceof z.ZodObject))
    throw new Error(`The query of ${route.path} is no object schema`);
  // Most requests have nothing to look at here: one step for all, and no validator where no parameter is known.
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
    // Who may not call learns nothing of the rest.
    middleware: [...[route["middleware"] ?? []].flat(), check],
    request: { ...route.request, ...(query && { query: query.strict() }) },
  };
}

const refuseAll = (queries: Record<string, string[]>): void => {
  const names = Object.keys(queries);
  if (names.length > 0)
    throw invalid(names.map((pointer) => ({ pointer, detail: "is not a known parameter" })));
};
