import { invalid } from "../../lib/failure.ts";
import * as records from "../../notifications/push/records.ts";
import { sendOne } from "../../notifications/push/send-one.ts";
import { awaitOutcome, isFinished } from "../../log/read.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idempotencyKeyOf, applyPreference } from "../../http/input.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { scopeOf } from "../../auth/scope.ts";
import { DAY } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { pushBudget, limitHeaders } from "../../rate-limit/budgets.ts";
import { registerBatch } from "./batch/handlers.ts";
import { registerDevices } from "./devices/handlers.ts";
import { missingChannels } from "./fallback.ts";
import { unknownOptions } from "./send-body.ts";
import * as routes from "./routes.ts";
import { annotatedView, listItemView, recordView, selection, sentView } from "./view.ts";

const idOf = pathIdOf("notification");

/** How far ahead a push may be scheduled. */
const MAX_AHEAD_DAYS = 365;

function refuseTooFarAhead(sendAt: number | undefined, now: number): void {
  if (sendAt !== undefined && sendAt > now + MAX_AHEAD_DAYS * DAY)
    throw invalid([{ pointer: "/send_at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
}

export function register(app: App): void {
  registerDevices(app);
  registerBatch(app);

  app.openapi(routes.list, async (c) => {
    const { status, batch_id, user_id, scenario_id, prompt_id, from, to, ...paging } = c.req.valid("query");
    const page = pageOf(paging);
    const filter = {
      userId: user_id,
      scenarioId: scenario_id,
      promptId: prompt_id,
      batchId: batch_id,
      from,
      to,
      ...(status && selection(status)),
    };
    const found = await records.listPushes(c.get("ctx"), scopeOf(c.get("principal")), filter, page);
    const { rows, pagination } = paginate(page, found);
    return c.json({ data: rows.map(listItemView), pagination }, 200);
  });

  app.openapi(routes.send, async (c) => {
    const body = c.req.valid("json");
    const ctx = c.get("ctx");
    const unknown = [...unknownOptions(c.get("deps").pushProviders, body), ...missingChannels(ctx, body)];
    if (unknown.length > 0) throw invalid(unknown);
    refuseTooFarAhead(body.send_at, ctx.clock.now());
    const { waitMs } = applyPreference(c);
    const key = await idempotencyKeyOf(c, body);
    const taken = await sendOne(ctx, scopeOf(c.get("principal")), key, body);
    if (taken.replayed) c.header("idempotency-replayed", "true");
    if (taken.limit !== null)
      for (const [name, value] of Object.entries(limitHeaders(pushBudget(ctx), taken.limit)))
        c.header(name, value);
    const later = taken.dispatch.due_at > ctx.clock.now();
    const [seen = taken.dispatch] = await awaitOutcome(
      ctx,
      [taken.dispatch],
      taken.replayed || later ? 0 : waitMs,
    );
    // This contract shows pushes only: in-app messages are for their readers.
    if (seen.channel === "push") c.header("location", `${routes.BASE}/${printId("notif", seen.id)}`);
    const ids = body.channels && [seen.id, ...taken.others.map((other) => other.id)];
    const view = sentView(seen, ids);
    return isFinished(seen) ? c.json(view, 201) : c.json(view, 202);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const scope = scopeOf(c.get("principal"));
    const { dispatch, tokens } = await records.getPush(c.get("ctx"), scope, id);
    return c.json(recordView(dispatch, tokens, scope.kind !== "own"), 200);
  });

  app.openapi(routes.annotate, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const annotation = c.req.valid("json");
    const scope = scopeOf(c.get("principal"));
    const dispatch = await records.annotatePush(c.get("ctx"), scope, authorOf(c), id, annotation);
    return c.json(annotatedView(dispatch), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const id = idOf(c.req.valid("param").id);
    await records.deletePush(c.get("ctx"), scopeOf(c.get("principal")), authorOf(c), id);
    return c.json({ deleted: true as const, id: printId("notif", id) }, 200);
  });
}
