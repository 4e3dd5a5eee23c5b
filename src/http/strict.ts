import { type RouteConfig, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { invalid } from "./problem.ts";

/** The framework reads a missing body as `{}`: every field would be named, or everything optional wiped. */
const bodyNeeded = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.raw.body === null)
    throw new Failure("invalid_request", "The body is empty; send it as JSON.", {
      errors: [{ pointer: "", detail: "is required" }],
    });
  await next();
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
const queryReadable = createMiddleware<AppEnv>(async (c, next) => {
  const { url } = c.req;
  const search = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  if (search.includes("%") && !isReadable(search)) {
    const unreadable = search.split("&").filter((pair) => !isReadable(pair));
    throw invalid(
      unreadable.map((pair) => ({
        pointer: pair.split("=", 1)[0] ?? "",
        detail: "is not percent-encoded UTF-8",
      })),
    );
  }
  await next();
});

/**
 * A route of the API takes what it declares and nothing else: a parameter of the query that it does not know is refused
 * like an unknown field of a body, and so is an empty body where one is needed. Other addresses stay tolerant: monitors,
 * mail scanners and providers add parameters of their own to them, and none there changes what is done.
 */
export function strictly<R extends RouteConfig>(route: R): R {
  if (!route.path.startsWith("/api/")) return route;
  const { query = z.object({}) } = route.request ?? {};
  if (!(query instanceof z.ZodObject)) throw new Error(`The query of ${route.path} is no object schema`);
  const own = [route["middleware"] ?? []].flat();
  const body = route.request?.body?.required === true ? [bodyNeeded] : [];
  return {
    ...route,
    // Who may not call learns nothing of the rest.
    middleware: [...own, queryReadable, ...body],
    request: { ...route.request, query: query.strict() },
  };
}
