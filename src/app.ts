import { OpenAPIHono } from "@hono/zod-openapi";
import { getPath } from "hono/utils/url";
import type { Bindings } from "./bindings.ts";
import { type Deps, depsOf } from "./deps.ts";
import type { App, AppEnv } from "./http/app-env.ts";
import { createBase } from "./http/middleware.ts";

/** The whole HTTP side: an app for each part, behind the same middleware. Paths of no part are answered 404. */
export function createApp(depsFor: (env: Bindings) => Deps) {
  const apps = new Map<string | undefined, App>();

  async function load(part: string | undefined): Promise<App> {
    const app = createBase(depsFor);
    if (part !== undefined) await mountPart(app, part);
    apps.set(part, app);
    return app;
  }

  return {
    async fetch(request: Request, env: Bindings, execution?: ExecutionContext): Promise<Response> {
      const part = partOf(getPath(request));
      const app = apps.get(part) ?? (await load(part));
      return app.fetch(request, env, execution);
    },
  };
}

export const app = createApp(depsOf);

/** An endpoint's handlers: they mount its routes. Only the document asks for the routes of all. */
interface Endpoint {
  register(app: App, allRoutes: () => Promise<App>): void;
}

const reference = (): Promise<Endpoint> => import("./api/docs/handlers.ts");
const guides = (): Promise<Endpoint> => import("./docs/handlers.ts");
const inboxElement = (): Promise<Endpoint> => import("./api/inbox-element/handlers.ts");

/**
 * Every endpoint, by the path under which its routes lie, in the order of /openapi.json. Those of one path are a part: it
 * is loaded at the first request for it, since most of what an endpoint takes to load are its schemas.
 */
const PARTS: Readonly<Record<string, readonly (() => Promise<Endpoint>)[]>> = {
  "/": [reference],
  "/openapi.json": [reference],
  "/docs/reference": [reference],
  "/docs": [guides],
  "/llms.txt": [guides],
  "/llms-full.txt": [guides],
  "/healthz": [() => import("./api/health/handlers.ts")],
  "/unsubscribe": [() => import("./api/unsubscribe/handlers.ts")],
  "/webhooks": [() => import("./api/webhooks/handlers.ts")],
  "/console": [() => import("./console/handlers.ts")],
  "/push-sw.js": [() => import("./api/push-sw/handlers.ts")],
  "/inbox.js": [inboxElement],
  "/inbox.json": [inboxElement],
  "/api/v1/console": [() => import("./console/tickets/handlers.ts")],
  "/dev/jobs": [() => import("./api/dev-jobs/handlers.ts")],
  "/dev/outbox": [() => import("./api/dev-outbox/handlers.ts")],
  "/dev/inbox": [() => import("./api/dev-inbox/handlers.ts")],
  "/api/v1/notifications": [
    // Its static paths come before the push contract's /{id}.
    () => import("./api/user-notifications/handlers.ts"),
    () => import("./api/push-notifications/handlers.ts"),
  ],
  "/api/v1/push": [() => import("./api/push/handlers.ts")],
  "/api/v1/admin/notifications": [() => import("./api/admin-notifications/handlers.ts")],
  "/api/v1/dispatches": [() => import("./api/dispatches/handlers.ts")],
  "/api/v1/notification-records": [() => import("./api/notification-records/handlers.ts")],
  "/api/v1/stats-notifications": [() => import("./api/stats-notifications/handlers.ts")],
  "/api/v1/events": [() => import("./api/events/handlers.ts")],
  "/api/v1/explain": [() => import("./api/explain/handlers.ts")],
  "/api/v1/types": [() => import("./api/types/handlers.ts")],
  "/api/v1/webhook-endpoints": [() => import("./api/webhook-endpoints/handlers.ts")],
  "/api/v1/wordings": [() => import("./api/wordings/handlers.ts")],
  "/api/v1/topics": [() => import("./api/topics/handlers.ts")],
  "/api/v1/chat-connections": [() => import("./api/chat-connections/handlers.ts")],
  "/api/v1/orgs": [
    () => import("./api/org-preferences/handlers.ts"),
    () => import("./api/brand/handlers.ts"),
  ],
  "/api/v1/preferences": [() => import("./api/preferences/handlers.ts")],
  "/api/v1/inbox": [() => import("./api/inbox/handlers.ts")],
  "/api/v1/directory": [
    () => import("./api/directory/handlers.ts"),
    () => import("./api/suppressions/handlers.ts"),
  ],
};

/** The part that a path belongs to (`/` is a part of its own); undefined where none does. */
const partOf = (path: string): string | undefined =>
  Object.keys(PARTS).find((base) => path === base || path.startsWith(`${base}/`));

/** Mounts a part's routes on `app`. */
async function mountPart(app: App, part: string): Promise<void> {
  for (const load of PARTS[part] ?? []) (await load()).register(app, allRoutes);
}

/** Every route, on one app without middleware: for /openapi.json, and for tests about all routes. */
export async function allRoutes(): Promise<App> {
  const routes: App = new OpenAPIHono<AppEnv>();
  for (const load of new Set(Object.values(PARTS).flat())) (await load()).register(routes, allRoutes);
  return routes;
}
