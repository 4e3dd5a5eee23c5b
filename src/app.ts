import { getPath } from "hono/utils/url";
import { mountPart, partOf } from "./api/parts.ts";
import type { Bindings } from "./bindings.ts";
import { type Deps, depsOf } from "./deps.ts";
import type { App } from "./http/app-env.ts";
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
