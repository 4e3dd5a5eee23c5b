import { invalid } from "../../lib/failure.ts";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { clearOutbox } from "../../dev-outbox/cleared.ts";
import { listOutbox } from "../../dev-outbox/list.ts";
import { CONTENTS } from "../../dev-outbox/message.ts";
import { access, OPERATOR_ROLES } from "../../http/access.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { fieldErrors } from "../../http/field-errors.ts";
import { cursorAfter, pageQuery, printCursor } from "../../http/pagination.ts";
import { instant } from "../../http/schemas.ts";
import { keysOf } from "../../lib/objects.ts";
import { messageView } from "./view.ts";

/** Strict: a filter that is misspelt would show everything. */
const query = z.strictObject({
  to: z.string().min(1).optional(),
  user_id: z.string().min(1).optional(),
  channel: z.enum(keysOf(CONTENTS)).optional(),
  type: z.string().min(1).optional(),
  since: instant.optional(),
  limit: pageQuery.limit,
  cursor: pageQuery.cursor,
});

const browsersToThePage = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.header("accept")?.startsWith("text/html") === true) return c.redirect("/console/outbox");
  await next();
  c.header("cache-control", "no-store");
  return undefined;
});

/**
 * Mounts `/dev/outbox`, which shows and empties what the providers for development took. Only in development, for operators;
 * the API's document does not name it. A browser is sent to the console's page.
 */
export function register(app: App): void {
  app.get("/dev/outbox", browsersToThePage, access(null, OPERATOR_ROLES), async (c) => {
    const parsed = query.safeParse(c.req.query());
    if (!parsed.success) throw invalid(fieldErrors(parsed.error, "query", c.req.query()));
    const { user_id: userId, limit, cursor, ...filter } = parsed.data;
    const ctx = c.get("deps").open("first-primary", c.get("log"));
    const before = cursor === undefined ? null : cursorAfter(cursor);
    const found = await listOutbox(ctx, { ...filter, userId }, { limit, before });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const isMore = found.length > limit && last !== undefined;
    return c.json(
      { data: shown.map(messageView), ...(isMore && { next_cursor: printCursor(last.id) }) },
      200,
    );
  });
  app.delete("/dev/outbox", access(null, OPERATOR_ROLES), async (c) => {
    await clearOutbox(c.get("deps").open("first-primary", c.get("log")));
    return c.body(null, 204);
  });
}
