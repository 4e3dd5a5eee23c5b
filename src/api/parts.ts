import { OpenAPIHono } from "@hono/zod-openapi";
import type { App, AppEnv } from "../http/app-env.ts";

/** An endpoint's handlers: they mount its routes. Only the document asks for the routes of all. */
interface Endpoint {
  register(app: App, allRoutes: () => Promise<App>): void;
}

const docs = (): Promise<Endpoint> => import("./docs/handlers.ts");

/**
 * Every endpoint, by the path under which its routes lie, in the order of /openapi.json. Those of one path are a part: it
 * is loaded at the first request for it, since most of what an endpoint takes to load are its schemas.
 */
export const PARTS: Readonly<Record<string, readonly (() => Promise<Endpoint>)[]>> = {
  "/": [docs],
  "/openapi.json": [docs],
  "/docs": [docs],
  "/healthz": [() => import("./health/handlers.ts")],
  "/unsubscribe": [() => import("./unsubscribe/handlers.ts")],
  "/webhooks": [() => import("./webhooks/handlers.ts")],
  "/dev/jobs": [() => import("./dev-jobs/handlers.ts")],
  "/api/v1/notifications": [
    // Its static paths come before the push contract's /{id}.
    () => import("./user-notifications/handlers.ts"),
    () => import("./push-notifications/handlers.ts"),
  ],
  "/api/v1/admin/notifications": [() => import("./admin-notifications/handlers.ts")],
  "/api/v1/notification-records": [() => import("./notification-records/handlers.ts")],
  "/api/v1/stats-notifications": [() => import("./stats-notifications/handlers.ts")],
  "/api/v1/inbox": [() => import("./inbox/handlers.ts")],
  "/api/v1/directory": [() => import("./directory/handlers.ts"), () => import("./suppressions/handlers.ts")],
};

/** The part that a path belongs to (`/` is a part of its own); undefined where none does. */
export const partOf = (path: string): string | undefined =>
  Object.keys(PARTS).find((base) => path === base || path.startsWith(`${base}/`));

/** Mounts a part's routes on `app`. */
export async function mountPart(app: App, part: string): Promise<void> {
  for (const load of PARTS[part] ?? []) (await load()).register(app, allRoutes);
}

/** Every route, on one app without middleware: for /openapi.json, and for tests about all routes. */
export async function allRoutes(): Promise<App> {
  const routes: App = new OpenAPIHono<AppEnv>();
  for (const load of new Set(Object.values(PARTS).flat())) (await load()).register(routes, allRoutes);
  return routes;
}
