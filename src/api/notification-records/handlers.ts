import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { countChange } from "../../http/count-change.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { scopeOf } from "../../auth/scope.ts";
import { iso } from "../../lib/clock.ts";
import { parseId } from "../../lib/ids.ts";
import { deleteRecord, updateRecord } from "../../notifications/pause/change.ts";
import { recordSent } from "../../notifications/pause/create.ts";
import { listRecords } from "../../notifications/pause/list.ts";
import { getHistory, getProfile, getRecord } from "../../notifications/pause/read.ts";
import * as routes from "./routes.ts";
import {
  changedView,
  createdView,
  detailView,
  listItemView,
  historyView,
  printed,
  profileView,
} from "./view.ts";

const idOf = pathIdOf("notification record", (text) => parseId("nr", text));

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { peer_mentor_id, coordinator_id, event_type, from, to, ...paging } = c.req.valid("query");
    const page = pageOf(paging);
    const filter = {
      mentorId: peer_mentor_id,
      coordinatorId: coordinator_id,
      eventType: event_type,
      from,
      to,
    };
    const found = await listRecords(c.get("ctx"), scopeOf(c.get("principal")), filter, page);
    const { rows, pagination } = paginate(page, found);
    return c.json({ data: rows.map(listItemView), pagination }, 200);
  });

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid("json");
    const key = await idempotencyKeyOf(c, body);
    const scope = scopeOf(c.get("principal"));
    const { record, replayed } = await recordSent(c.get("ctx"), scope, authorOf(c), key, body);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `${routes.BASE}/${printed(record)}`);
    return c.json(createdView(record), 201);
  });

  app.openapi(routes.history, async (c) => {
    const { peerMentorId } = c.req.valid("param");
    const { limit } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const { mentor, events, total } = await getHistory(c.get("ctx"), scope, peerMentorId, limit);
    return c.json(historyView(mentor, events, total), 200);
  });

  app.openapi(routes.profile, async (c) => {
    const { peerMentorId } = c.req.valid("param");
    const mentor = await getProfile(c.get("ctx"), scopeOf(c.get("principal")), peerMentorId);
    return c.json(profileView(mentor), 200);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    return c.json(detailView(await getRecord(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.change, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const body = c.req.valid("json");
    await countChange(c);
    const record = await updateRecord(c.get("ctx"), scopeOf(c.get("principal")), authorOf(c), id, body);
    return c.json(changedView(record), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { id: text } = c.req.valid("param");
    const ctx = c.get("ctx");
    await countChange(c);
    await deleteRecord(ctx, scopeOf(c.get("principal")), authorOf(c), idOf(text));
    const message = "Notification record deleted" as const;
    return c.json({ message, deleted_id: text, deleted_at: iso(ctx.clock.now()) }, 200);
  });
}
