import { etag } from "hono/etag";
import { createMiddleware } from "hono/factory";
import type { App, AppEnv } from "../http/app-env.ts";
import { notFound } from "../lib/failure.ts";
import { ASSETS } from "./assets.ts";
import { GUIDES, portable } from "./guides.ts";
import { llmsFullTxt, llmsTxt } from "./llms.ts";
import { guidePage, homePage, missingPage, searchPage } from "./pages.tsx";
import { queryOf } from "./search.ts";

/** Nothing but our own files: no inline script or style, no other host, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const YEAR_SECONDS = 31_536_000;
const MINUTES_5_SECONDS = 300;
const MARKDOWN = "text/markdown; charset=utf-8";

/** The guides change with a deployment alone: caches keep them for some minutes, and then ask whether they are still the same. */
const mayBeKept = createMiddleware<AppEnv>(async (c, next) => {
  c.header("content-security-policy", POLICY);
  await next();
  if (c.res.ok && !c.res.headers.has("cache-control"))
    c.res.headers.set("cache-control", `public, max-age=${MINUTES_5_SECONDS}`);
});

/** Mounts the guides. They are the same for everybody: no token, no database. */
export function register(app: App): void {
  const tagged = etag();
  const baseIn = (env: Pick<AppEnv["Variables"], "deps">): string => env.deps.config.publicUrl;

  app.get("/docs", tagged, mayBeKept, (c) => homePage(c, baseIn(c.var)));
  app.get("/docs/search", tagged, mayBeKept, (c) => searchPage(c, queryOf(c.req.query("q"))));
  app.get("/docs/assets/:file", tagged, mayBeKept, (c) => {
    const asset = ASSETS.get(c.req.param("file"));
    if (asset === undefined) throw notFound("file");
    return c.body(asset.text, 200, {
      "content-type": asset.type,
      "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
    });
  });
  app.get("/docs/:page", tagged, mayBeKept, (c) => {
    const [, name, extension] = /^([a-z-]+)(\.md)?$/u.exec(c.req.param("page")) ?? [];
    const guide = GUIDES.find(({ slug }) => slug === name);
    if (guide !== undefined && extension !== undefined)
      return c.body(portable(guide, baseIn(c.var)), 200, { "content-type": MARKDOWN });
    if (guide !== undefined) return guidePage(c, guide, baseIn(c.var));
    // People get a page that leads on; programs get a problem.
    if (!(c.req.header("accept") ?? "").includes("text/html")) throw notFound("guide");
    return missingPage(c);
  });
  app.get("/llms.txt", tagged, mayBeKept, (c) =>
    c.body(llmsTxt(baseIn(c.var)), 200, { "content-type": "text/plain; charset=utf-8" }),
  );
  app.get("/llms-full.txt", tagged, mayBeKept, (c) =>
    c.body(llmsFullTxt(baseIn(c.var)), 200, { "content-type": "text/plain; charset=utf-8" }),
  );
}
