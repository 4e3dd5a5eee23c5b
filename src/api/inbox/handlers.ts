import type { Context } from "hono";
import type { App, AppEnv } from "../../http/app-env.ts";
import { requireToken } from "../../http/access.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { type Subject, subjectOf } from "../../directory/subject.ts";
import { changeMessage, readAll } from "../../inbox/change.ts";
import { listInbox } from "../../inbox/list.ts";
import { printCursor, printMessage } from "../../inbox/message.ts";
import { iso } from "../../lib/clock.ts";
import { Failure } from "../../lib/failure.ts";
import { keysOf } from "../../lib/objects.ts";
import * as routes from "./routes.ts";
import { socket } from "./schemas.ts";

const idOf = pathIdOf("message");

/** The reader is always the caller. */
const reader = (c: Context<AppEnv>): Subject => subjectOf(requireToken(c.get("principal")));

export function register(app: App): void {
  app.openAPIRegistry.register("InboxSocket", socket);

  app.openapi(routes.list, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid("query");
    const page = pageOf({ page: 1, limit, cursor });
    const found = await listInbox(c.get("ctx"), reader(c), filter, page);
    const { rows, pagination } = paginate(page, { rows: found.rows, total: 0 });
    const { next_cursor } = pagination;
    return c.json(
      {
        data: rows.map(printMessage),
        unread_count: found.unread,
        live_cursor: printCursor(found.head),
        pagination: { limit, ...(next_cursor !== undefined && { next_cursor }) },
      },
      200,
    );
  });

  app.openapi(routes.readAll, async (c) => {
    const { updated, unread } = await readAll(c.get("ctx"), reader(c).id);
    return c.json({ updated, unread_count: unread }, 200);
  });

  app.openapi(routes.ticket, async (c) => {
    const { id } = reader(c);
    const { ticket, expiresAt } = await c.get("ctx").inboxes.issueTicket(id);
    const url = new URL(`${routes.BASE}/live`, c.req.url);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("ticket", ticket);
    return c.json({ ticket, expires_at: iso(expiresAt), url: url.href }, 201);
  });

  app.openapi(routes.live, async (c) => {
    const { ticket, after = null } = c.req.valid("query");
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
      throw new Failure("invalid_request", "This is for WebSockets only.", { code: "upgrade_required" });
    const webSocket = await c.get("ctx").inboxes.connect(ticket, after);
    if (webSocket === "too_many")
      throw new Failure("rate_limited", "Too many connections of this user are not gone yet.", {
        headers: { "retry-after": "60" },
        code: "too_many_connections",
      });
    if (webSocket === "unknown_ticket")
      throw new Failure("unauthorized", "The ticket is not valid (any more). Get another.", {
        code: "invalid_ticket",
      });
    return new Response(null, {
      status: 101,
      webSocket,
      headers: { "x-request-id": c.get("requestId") },
    });
  });

  for (const change of keysOf(routes.changes))
    app.openapi(routes.changes[change], async (c) => {
      const { id } = reader(c);
      const { row, unread } = await changeMessage(c.get("ctx"), id, idOf(c.req.valid("param").id), change);
      return c.json({ ...printMessage(row), unread_count: unread }, 200);
    });
}
