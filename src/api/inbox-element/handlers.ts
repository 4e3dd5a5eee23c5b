import type { App } from "../../http/app-env.ts";
import { elementModule } from "./module.ts";

const HOUR_SECONDS = 3_600;
const YEAR_SECONDS = 31_536_000;

/**
 * The module of `<tidings-inbox>`. Pages of any site may load it, with `integrity` too. Its address may name a version: the
 * one that there is may be kept for ever. Any other is answered with what there is, since no other exists.
 */
export function register(app: App): void {
  app.get("/inbox.js", async (c) => {
    const { text, version } = await elementModule();
    const isPinned = c.req.query("v") === version;
    return c.body(text, 200, {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": isPinned
        ? `public, max-age=${YEAR_SECONDS}, immutable`
        : `public, max-age=${HOUR_SECONDS}`,
    });
  });

  app.get("/inbox.json", async (c) => {
    const { version, integrity } = await elementModule();
    const url = new URL(`/inbox.js?v=${version}`, c.req.url);
    c.header("cache-control", "no-cache");
    return c.json({ version, url: url.href, integrity }, 200);
  });
}
