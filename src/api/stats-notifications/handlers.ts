import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { scopeOf } from "../../auth/scope.ts";
import { newUserOf } from "../../directory/subject.ts";
import { parseId } from "../../lib/ids.ts";
import { changeWindow } from "../../notifications/stats-summary/change-window.ts";
import { getSubscription, listSubscriptions } from "../../notifications/stats-summary/read.ts";
import { refreshSnapshot } from "../../notifications/stats-summary/refresh.ts";
import { removeSubscription } from "../../notifications/stats-summary/remove.ts";
import { subscribe } from "../../notifications/stats-summary/subscribe.ts";
import * as routes from "./routes.ts";
import { changedView, createdView, detailView, listItemView, printed, refreshedView } from "./view.ts";

const idOf = pathIdOf("stats notification", (text) => parseId("notif", text));

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { user_id, time_window, status, ...paging } = c.req.valid("query");
    const page = pageOf(paging);
    const filter = { userId: user_id, timeWindow: time_window, status };
    const found = await listSubscriptions(c.get("ctx"), scopeOf(c.get("principal")), filter, page);
    const { rows, pagination } = paginate(page, found);
    return c.json({ data: rows.map(listItemView), pagination }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    return c.json(detailView(await getSubscription(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid("json");
    const principal = c.get("principal");
    const key = await idempotencyKeyOf(c, body);
    const create = newUserOf(principal, body.user_id);
    const { subscription, replayed } = await subscribe(c.get("ctx"), scopeOf(principal), key, body, create);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `${routes.BASE}/${printed(subscription)}`);
    return c.json(createdView(subscription), 201);
  });

  app.openapi(routes.change, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { time_window } = c.req.valid("json");
    const row = await changeWindow(c.get("ctx"), scopeOf(c.get("principal")), id, time_window);
    return c.json(changedView(row), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const notification_id = c.req.valid("param").id;
    const scope = scopeOf(c.get("principal"));
    await removeSubscription(c.get("ctx"), scope, authorOf(c), idOf(notification_id));
    return c.json({ deleted: true as const, notification_id }, 200);
  });

  app.openapi(routes.refresh, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const row = await refreshSnapshot(c.get("ctx"), scopeOf(c.get("principal")), id);
    return c.json(refreshedView(row), 200);
  });
}
