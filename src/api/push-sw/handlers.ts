import type { App } from "../../http/app-env.ts";
import script from "./assets/push-sw.js";

/** Browsers ask for a service worker's scripts again after a day at the latest, whatever is said here. */
const MAX_AGE_SECONDS = 3_600;

/** The service worker for Web Push. Workers of other sites may load it (`importScripts`). */
export function register(app: App): void {
  app.get("/push-sw.js", (c) =>
    c.body(script, 200, {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
    }),
  );
}
