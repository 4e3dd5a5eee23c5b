import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { countChange } from "../../http/count-change.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { scopeOf } from "../../auth/scope.ts";
import { iso } from "../../lib/clock.ts";
import { remindOrg } from "../../notifications/certification-reminder/remind-org.ts";
import { remindUser } from "../../notifications/certification-reminder/remind-user.ts";
import { searchLog } from "../../log/search.ts";
import * as log from "../../log/admin.ts";
import * as routes from "./routes.ts";
import { bulkView, detailView, listItemView, printed, remindedView } from "./view.ts";

const idOf = pathIdOf("dispatch");

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { org_id, include_sub_orgs, recipient_user_id, status, batch_id, ...query } = c.req.valid("query");
    const page = pageOf(query);
    const filter = {
      orgId: org_id,
      includeSubOrgs: include_sub_orgs,
      userId: recipient_user_id,
      statuses: status && [status],
      batchId: batch_id,
      type: query.type,
      channel: query.channel,
      from: query.from,
      to: query.to,
    };
    const found = await log.listLog(c.get("ctx"), scopeOf(c.get("principal")), filter, page);
    const { rows, pagination } = paginate(page, found);
    return c.json({ data: rows.map(listItemView), pagination }, 200);
  });

  app.openapi(routes.search, async (c) => {
    const { org_id: orgId, include_sub_orgs, limit, cursor, ...what } = c.req.valid("json");
    const page = { limit, before: idAfter(cursor) || null };
    const search = { ...what, orgId, includeSubOrgs: include_sub_orgs };
    const found = await searchLog(c.get("ctx"), scopeOf(c.get("principal")), search, page);
    const { rows, pagination } = paginateById(limit, found, ({ id }) => id);
    return c.json({ data: rows.map(listItemView), pagination }, 200);
  });

  app.openapi(routes.remind, async (c) => {
    const body = c.req.valid("json");
    const key = await idempotencyKeyOf(c, body);
    const scope = scopeOf(c.get("principal"));
    const { dispatch, replayed } = await remindUser(c.get("ctx"), scope, authorOf(c), key, body.user_id);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `${routes.BASE}/${printed(dispatch)}`);
    return c.json(remindedView(dispatch), 202);
  });

  app.openapi(routes.remindBulk, async (c) => {
    const body = c.req.valid("json");
    const key = await idempotencyKeyOf(c, body);
    const request = {
      orgId: body.org_id,
      daysThreshold: body.days_threshold,
      includeSubOrgs: body.include_sub_orgs,
    };
    const ctx = c.get("ctx");
    await countChange(c);
    const result = await remindOrg(ctx, scopeOf(c.get("principal")), authorOf(c), key, request);
    if (result.replayed) c.header("idempotency-replayed", "true");
    const ids = await log.batchIds(ctx, result.batchId);
    return c.json(bulkView(request, result, ids), 202);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    return c.json(detailView(await log.getDispatch(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.change, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const body = c.req.valid("json");
    const scope = scopeOf(c.get("principal"));
    const ctx = c.get("ctx");
    await countChange(c);
    if (body.action === "retry") {
      const dispatch = await log.retryDispatch(ctx, scope, authorOf(c), id);
      const data = {
        dispatch_id: printed(dispatch),
        status: dispatch.status,
        retried_at: iso(dispatch.updated_at),
      };
      return c.json({ data }, 200);
    }
    const dispatch = await log.noteDispatch(ctx, scope, authorOf(c), id, body.note);
    const data = {
      dispatch_id: printed(dispatch),
      status: dispatch.status,
      note: body.note,
      updated_at: iso(dispatch.updated_at),
    };
    return c.json({ data }, 200);
  });

  app.openapi(routes.cancel, async (c) => {
    const id = idOf(c.req.valid("param").id);
    await countChange(c);
    const dispatch = await log.cancelDispatch(c.get("ctx"), scopeOf(c.get("principal")), authorOf(c), id);
    const data = {
      dispatch_id: printed(dispatch),
      status: dispatch.status,
      cancelled_at: iso(dispatch.updated_at),
    };
    return c.json({ data }, 200);
  });
}
