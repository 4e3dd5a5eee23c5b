import { scopeOf } from "../../auth/scope.ts";
import type { App } from "../../http/app-env.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { getTimeline } from "../../log/timeline/read.ts";
import * as routes from "./routes.ts";
import { timelineView } from "./view.ts";

const idOf = pathIdOf("dispatch");

export function register(app: App): void {
  app.openapi(routes.timeline, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const timeline = await getTimeline(c.get("ctx"), scopeOf(c.get("principal")), id);
    return c.json(timelineView(timeline), 200);
  });
}
