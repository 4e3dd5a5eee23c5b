import { actorOf } from "../../auth/principal.ts";
import { scopeOf } from "../../auth/scope.ts";
import { cancelEvent } from "../../events/cancel.ts";
import { countedOf, getEvent, listEvents, listMessages } from "../../events/read.ts";
import { sendEvent } from "../../events/send.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idAfter, nextPage } from "../../http/id-cursor.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { parseId, printId } from "../../lib/ids.ts";
import * as routes from "./routes.ts";
import { sendInput } from "./send-input.ts";
import { countedView, eventView, messageView } from "./view.ts";

const idOf = pathIdOf("event", (text) => parseId("evt", text));

export function register(app: App): void {
  app.openapi(routes.send, async (c) => {
    const body = c.req.valid("json");
    const { ctx, deps, principal } = {
      ctx: c.get("ctx"),
      deps: c.get("deps"),
      principal: c.get("principal"),
    };
    const scope = scopeOf(principal);
    const input = sendInput(body, scope);
    const key = await idempotencyKeyOf(c, body);
    const isBuiltIn = (type: string) => deps.types.get(type) !== undefined;
    const { event, replayed } = await sendEvent(ctx, scope, actorOf(principal), key, input, isBuiltIn);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `${routes.BASE}/${printId("evt", event.id)}`);
    return c.json(eventView(event), 202);
  });

  app.openapi(routes.list, async (c) => {
    const { type, status, limit, cursor } = c.req.valid("query");
    const filter = { type, status, before: idAfter(cursor), limit };
    const { rows, next } = await listEvents(c.get("ctx"), scopeOf(c.get("principal")), filter);
    return c.json({ data: rows.map(eventView), pagination: nextPage(limit, next) }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    return c.json(countedView(await getEvent(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.messages, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { status, channel, limit, cursor } = c.req.valid("query");
    const filter = { status, channel, after: idAfter(cursor), limit };
    const { rows, next } = await listMessages(c.get("ctx"), scopeOf(c.get("principal")), id, filter);
    return c.json({ data: rows.map(messageView), pagination: nextPage(limit, next) }, 200);
  });

  app.openapi(routes.cancel, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const ctx = c.get("ctx");
    const event = await cancelEvent(ctx, scopeOf(c.get("principal")), authorOf(c), id);
    return c.json(countedView({ event, ...(await countedOf(ctx, event)) }), 200);
  });
}
