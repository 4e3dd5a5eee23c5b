import type { App } from "../../http/app-env.ts";
import { checkHealth } from "../../insight/health.ts";
import * as routes from "./routes.ts";
import { healthView } from "./view.ts";

export function register(app: App): void {
  app.openapi(routes.check, async (c) => {
    const health = await checkHealth(c.get("deps").open("first-unconstrained", c.get("log")));
    c.header("cache-control", "no-store");
    return health.isWell ? c.json(healthView(health), 200) : c.json(healthView(health), 503);
  });
}
