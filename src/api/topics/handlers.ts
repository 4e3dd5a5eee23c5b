import type { z } from "@hono/zod-openapi";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { scopeOf } from "../../auth/scope.ts";
import { putTopic } from "../../events/topics/put.ts";
import { listTopics, readTopic } from "../../events/topics/read.ts";
import { removeTopic } from "../../events/topics/remove.ts";
import { listSubscribers, subscribe, unsubscribe } from "../../events/topics/subscribers.ts";
import type { Topic } from "../../events/topics/topic.ts";
import { iso } from "../../lib/clock.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import { ownerOf } from "../../preferences/owner.ts";
import * as routes from "./routes.ts";
import type * as schemas from "./schemas.ts";

const view = (topic: Topic): z.infer<typeof schemas.topic> => ({
  id: topic.id,
  org_id: topic.org_id === SERVICE ? null : topic.org_id,
  name: topic.name,
  created_at: iso(topic.created_at),
  updated_at: iso(topic.updated_at),
});

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { org_id, limit, cursor } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const page = { limit, after: idAfter(cursor) };
    const found = await listTopics(c.get("ctx"), scope, ownerOf(scope, org_id), page);
    const { rows, pagination } = paginateById(limit, found, ({ id }) => id);
    return c.json({ data: rows.map(view), pagination }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, c.req.valid("query").org_id) };
    return c.json(view(await readTopic(c.get("ctx"), scope, key)), 200);
  });

  app.openapi(routes.put, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, c.req.valid("query").org_id) };
    const { name } = c.req.valid("json");
    const { topic, created } = await putTopic(c.get("ctx"), authorOf(c), scope, key, name);
    return created ? c.json(view(topic), 201) : c.json(view(topic), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, c.req.valid("query").org_id) };
    await removeTopic(c.get("ctx"), authorOf(c), scope, key);
    return c.json({ deleted: true as const, topic: key.id }, 200);
  });

  app.openapi(routes.subscribers, async (c) => {
    const { org_id, user_id, limit, cursor } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, org_id) };
    const page = { userId: user_id, limit, after: idAfter(cursor) };
    const found = await listSubscribers(c.get("ctx"), scope, key, page);
    const { rows, pagination } = paginateById(limit, found, (id) => id);
    return c.json({ data: rows.map((user_id) => ({ user_id })), pagination }, 200);
  });

  app.openapi(routes.subscribe, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, c.req.valid("query").org_id) };
    const { user_ids } = c.req.valid("json");
    return c.json(await subscribe(c.get("ctx"), authorOf(c), scope, key, user_ids), 200);
  });

  app.openapi(routes.unsubscribe, async (c) => {
    const scope = scopeOf(c.get("principal"));
    const key = { id: c.req.valid("param").topic, owner: ownerOf(scope, c.req.valid("query").org_id) };
    const { user_ids } = c.req.valid("json");
    return c.json({ removed: await unsubscribe(c.get("ctx"), authorOf(c), scope, key, user_ids) }, 200);
  });
}
