import { createMiddleware } from "hono/factory";
import type { SessionStart } from "../db/client.ts";
import type { AppEnv } from "./app-env.ts";

const BOOKMARK = "x-d1-bookmark";

/**
 * What is not a bookmark, D1 refuses with an error or hands back as the caller's next one: only its shape goes through
 * (https://developers.cloudflare.com/d1/worker-api/d1-database/#getbookmark).
 */
const looksLikeBookmark = (text: string) => /^[0-9a-f]{8,64}(-[0-9a-f]{8,64}){3}$/.test(text);

/**
 * Opens the request's D1 session. Reads go to the nearest replica that has seen the caller's own writes (the bookmark);
 * whatever writes starts from the primary, since it decides upon what it read.
 */
export const openSession = createMiddleware<AppEnv>(async (c, next) => {
  const bookmark = c.req.header(BOOKMARK);
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  const start: SessionStart =
    reads && bookmark !== undefined && looksLikeBookmark(bookmark)
      ? bookmark
      : reads
        ? "first-unconstrained"
        : "first-primary";
  const ctx = c.get("deps").open(start, c.get("log"));
  c.set("ctx", ctx);
  await next();
  const reached = ctx.db.bookmark();
  // Not by c.header, which would make the whole answer anew.
  if (reached !== null) c.res.headers.set(BOOKMARK, reached);
});
