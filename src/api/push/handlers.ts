import type { App } from "../../http/app-env.ts";
import { notFound } from "../../lib/failure.ts";
import * as routes from "./routes.ts";

/** Short, so that a new key soon comes to every page. */
const MAX_AGE_SECONDS = 300;

export function register(app: App): void {
  app.openapi(routes.key, (c) => {
    const { app: name = null } = c.req.valid("query");
    const publicKey = c.get("deps").vapidPublicKey(name);
    if (publicKey === null) throw notFound("VAPID key");
    c.header("cache-control", `public, max-age=${MAX_AGE_SECONDS}`);
    return c.json({ app: name, public_key: publicKey }, 200);
  });
}
