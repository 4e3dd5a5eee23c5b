import { scopeOf } from "../../auth/scope.ts";
import {
  changeEndpoint,
  createEndpoint,
  listEndpoints,
  readEndpoint,
  removeEndpoint,
  rotateSecret,
} from "../../channels/webhook/endpoints.ts";
import { listMessages, readMessage, sendTest } from "../../channels/webhook/messages.ts";
import { replayOne, replaySince } from "../../channels/webhook/replay.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { countChange } from "../../http/count-change.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { invalid } from "../../lib/failure.ts";
import { parseId, printId } from "../../lib/ids.ts";
import { ownerOf } from "../../preferences/owner.ts";
import * as routes from "./routes.ts";
import { endpointView, messageView } from "./view.ts";
import { describeWebhooks } from "./webhooks.ts";

const idOf = pathIdOf("webhook endpoint", (text) => parseId("whe", text));
const messageIdOf = pathIdOf("webhook", (text) => parseId("whm", text));

export function register(app: App): void {
  describeWebhooks(app);

  app.openapi(routes.list, async (c) => {
    const { org_id, limit, cursor } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const page = { after: idAfter(cursor), limit };
    const found = await listEndpoints(c.get("ctx"), scope, ownerOf(scope, org_id), page);
    const { rows, pagination } = paginateById(limit, found, ({ id }) => id);
    const now = c.get("ctx").clock.now();
    return c.json({ data: rows.map((row) => endpointView(row, now)), pagination }, 200);
  });

  app.openapi(routes.create, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const input = { ...c.req.valid("json"), owner: ownerOf(scope, c.req.valid("query").org_id) };
    await countChange(c);
    const { endpoint, secret } = await createEndpoint(c.get("ctx"), authorOf(c), scope, input);
    c.header("location", `${routes.BASE}/${printId("whe", endpoint.id)}`);
    return c.json({ ...endpointView(endpoint, c.get("ctx").clock.now()), secret }, 201);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const ctx = c.get("ctx");
    const found = await readEndpoint(ctx, scopeOf(c.get("principal")), id);
    return c.json(endpointView(found, ctx.clock.now()), 200);
  });

  app.openapi(routes.change, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const ctx = c.get("ctx");
    const scope = scopeOf(c.get("principal"));
    await countChange(c);
    const found = await changeEndpoint(ctx, authorOf(c), scope, id, c.req.valid("json"));
    return c.json(endpointView(found, ctx.clock.now()), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { id: printed } = c.req.valid("param");
    const id = idOf(printed);
    await countChange(c);
    await removeEndpoint(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), id);
    return c.json({ deleted: true as const, id: printed }, 200);
  });

  app.openapi(routes.rotate, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const ctx = c.get("ctx");
    const scope = scopeOf(c.get("principal"));
    const hours = c.req.valid("json").overlap_hours;
    await countChange(c);
    const { endpoint, secret } = await rotateSecret(ctx, authorOf(c), scope, id, hours);
    return c.json({ ...endpointView(endpoint, ctx.clock.now()), secret }, 200);
  });

  app.openapi(routes.test, async (c) => {
    const id = idOf(c.req.valid("param").id);
    await countChange(c);
    const message = await sendTest(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), id);
    return c.json(messageView(message), 202);
  });

  app.openapi(routes.messages, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { status, limit, cursor } = c.req.valid("query");
    const filter = { status, before: idAfter(cursor), limit };
    const found = await listMessages(c.get("ctx"), scopeOf(c.get("principal")), id, filter);
    const { rows, pagination } = paginateById(limit, found, (row) => row.id);
    return c.json({ data: rows.map(messageView), pagination }, 200);
  });

  app.openapi(routes.getMessage, async (c) => {
    const { id, message } = c.req.valid("param");
    const scope = scopeOf(c.get("principal"));
    const found = await readMessage(c.get("ctx"), scope, idOf(id), messageIdOf(message));
    return c.json(messageView(found), 200);
  });

  app.openapi(routes.replayMessage, async (c) => {
    const { id, message } = c.req.valid("param");
    const [endpointId, messageId] = [idOf(id), messageIdOf(message)];
    const scope = scopeOf(c.get("principal"));
    await countChange(c);
    const found = await replayOne(c.get("ctx"), authorOf(c), scope, endpointId, messageId);
    return c.json(messageView(found), 202);
  });

  app.openapi(routes.replay, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { since, until, include_sent: withSent, after } = c.req.valid("json");
    const seen = after === undefined ? "" : parseId("whm", after);
    if (seen === null) throw invalid([{ pointer: "/after", detail: "is not an id of a webhook" }]);
    const scope = scopeOf(c.get("principal"));
    const wanted = { since, until, withSent, after: seen };
    await countChange(c);
    const { replayed, next } = await replaySince(c.get("ctx"), authorOf(c), scope, id, wanted);
    return c.json({ replayed, ...(next !== null && { next_after: printId("whm", next) }) }, 202);
  });
}
