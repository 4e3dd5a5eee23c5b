import { OpenAPIHono } from "@hono/zod-openapi";
import { getPath } from "hono/utils/url";
import { type Deps, depsOf } from "./deps.ts";
import type { Bindings } from "./bindings.ts";
import type { App, AppEnv } from "./http/app-env.ts";
import { createBase } from "./http/middleware.ts";

/** Mounts routes. */
type Register = (app: App) => void;

/**
 * The parts of the HTTP side, by the path under which all routes of each lie, in the order of /openapi.json. A part is
 * loaded at the first request for it: most of what a contract takes to load are its schemas.
 */
const PARTS: Readonly<Record<string, () => Promise<readonly Register[]>>> = {
  "/": async () => [(await import("./api/docs/index.ts")).registerHome],
  "/healthz": async () => [(await import("./api/health/index.ts")).registerHealth],
  "/openapi.json": async () => [(await import("./api/docs/index.ts")).registerDocument],
  "/docs": async () => [(await import("./api/docs/index.ts")).registerReference],
  "/unsubscribe": async () => [(await import("./api/unsubscribe/index.ts")).registerUnsubscribe],
  "/webhooks": async () => [(await import("./api/webhooks/index.ts")).registerWebhooks],
  "/dev/jobs": async () => [(await import("./api/dev-jobs/index.ts")).registerJobsByHand],
  "/api/v1/notifications": async () => [
    // Its static paths come before the push contract's /{id}.
    (await import("./api/user-notifications/index.ts")).registerUserNotifications,
    (await import("./api/push-notifications/index.ts")).registerPushNotifications,
  ],
  "/api/v1/admin/notifications": async () => [
    (await import("./api/admin-notifications/index.ts")).registerAdminNotifications,
  ],
  "/api/v1/notification-records": async () => [
    (await import("./api/notification-records/index.ts")).registerNotificationRecords,
  ],
  "/api/v1/stats-notifications": async () => [
    (await import("./api/stats-notifications/index.ts")).registerStatsNotifications,
  ],
  "/api/v1/inbox": async () => [(await import("./api/inbox/index.ts")).registerInbox],
  "/api/v1/directory": async () => [
    (await import("./api/directory/index.ts")).registerDirectory,
    (await import("./api/suppressions/index.ts")).registerSuppressions,
  ],
};

/** The part that a path belongs to (`/` is a part of its own); none answers 404. */
const partOf = (path: string): string | undefined =>
  Object.keys(PARTS).find((base) => path === base || path.startsWith(`${base}/`));

/** The whole HTTP side. Each part becomes an app of its own, behind the same middleware. */
export function createApp(depsFor: (env: Bindings) => Deps) {
  const apps = new Map<string | undefined, App>();

  async function load(part: string | undefined): Promise<App> {
    const registers = part === undefined ? [] : ((await PARTS[part]?.()) ?? []);
    const app = createBase(depsFor);
    for (const register of registers) register(app);
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

/** Every route, on one app without what stands before them: for /openapi.json, and for tests that look at them all. */
export async function allRoutes(): Promise<App> {
  const routes: App = new OpenAPIHono<AppEnv>();
  for (const load of Object.values(PARTS)) for (const register of await load()) register(routes);
  return routes;
}

export const app = createApp(depsOf);
