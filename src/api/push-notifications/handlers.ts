import type { Context } from "hono";
import type { ZodError } from "zod";
import * as devices from "../../channels/push/devices.ts";
import { isExpoPushToken } from "../../channels/push/providers/expo/token.ts";
import * as records from "../../notifications/push/records.ts";
import { sendBatch } from "../../notifications/push/send-batch.ts";
import { sendOne } from "../../notifications/push/send-one.ts";
import { awaitOutcome, isFinished } from "../../log/wait.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { countChange } from "../../http/count-change.ts";
import { fieldErrors, type Target as ErrorsOf } from "../../http/field-errors.ts";
import { idempotencyKeyOf } from "../../http/idempotency.ts";
import { faultsOf, membersOf } from "../../http/members.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { preferenceOf } from "../../http/prefer.ts";
import type { Principal } from "../../auth/principal.ts";
import { invalid } from "../../http/problem.ts";
import { scopeOf } from "../../auth/scope-of.ts";
import { newUserOf } from "../../directory/subject.ts";
import { DAY, iso, isoOrNull } from "../../lib/clock.ts";
import { notFound } from "../../lib/failure.ts";
import { parseDispatchId, parseId, printId } from "../../lib/ids.ts";
import { pushBudget } from "../../rate-limit/budgets.ts";
import { limitHeaders } from "../../rate-limit/reserve.ts";
import { readTargets, resultsOf, type Targets, unknownOptions } from "./batch.ts";
import * as routes from "./routes.ts";
import { target } from "./schemas.ts";
import {
  annotatedView,
  batchView,
  isBatchFinished,
  listItemView,
  recordView,
  selection,
  sentView,
} from "./view.ts";

const idOf = (text: string): string => {
  const id = parseDispatchId(text);
  if (id === null) throw notFound("notification");
  return id;
};

/** How far ahead a push may be scheduled. */
const MAX_AHEAD_DAYS = 365;

function refuseTooFarAhead(sendAt: number | undefined, now: number): void {
  if (sendAt !== undefined && sendAt > now + MAX_AHEAD_DAYS * DAY)
    throw invalid([{ pointer: "/send_at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
}

/** What the caller prefers, and the answer's header that says so. */
function preference(c: Context<AppEnv>) {
  const preferred = preferenceOf(c.req.header("prefer"), c.get("deps").config.sendWaitMs);
  if (preferred.applied !== null) c.header("preference-applied", preferred.applied);
  return preferred;
}

/** Who may be created by registering a device: by an operator anyone, by a user themselves. */
function newUser(principal: Principal, userId: string) {
  if (principal.kind === "anonymous" || principal.role === "service" || principal.role === "global_admin")
    return { id: userId };
  if (principal.id !== userId || scopeOf(principal).kind === "none") return null;
  return newUserOf(principal);
}

export function registerHandlers(app: App): void {
  app.openapi(routes.listDevices, async (c) => {
    const principal = c.get("principal");
    const userId = c.req.valid("query").user_id ?? (principal.kind === "token" ? principal.id : undefined);
    if (userId === undefined) throw invalid([{ pointer: "user_id", detail: "is required" }]);
    const found = await devices.listDevices(c.get("ctx"), scopeOf(principal), userId);
    const tokens = found.map(({ token, platform, registered_at, last_used_at }) => ({
      token,
      platform,
      registered_at: iso(registered_at),
      last_used_at: isoOrNull(last_used_at),
    }));
    return c.json({ user_id: userId, tokens }, 200);
  });

  app.openapi(routes.registerDevice, async (c) => {
    const principal = c.get("principal");
    const body = c.req.valid("json");
    if (!isExpoPushToken(body.token))
      throw invalid([{ pointer: "/token", detail: "must be an Expo push token" }]);
    // It may make a user, too, and nobody answers for it.
    if (principal.kind === "anonymous") await countChange(c);
    const create = newUser(principal, body.user_id);
    const device = await devices.registerDevice(c.get("ctx"), scopeOf(principal), "expo", body, create);
    const { user_id, token, platform, registered_at } = device;
    return c.json({ user_id, token, platform, registered_at: iso(registered_at) }, 201);
  });

  app.openapi(routes.removeDevice, async (c) => {
    const { token } = c.req.valid("param");
    const at = await devices.removeDevice(c.get("ctx"), scopeOf(c.get("principal")), token);
    return c.json({ invalidated: true as const, token, invalidated_at: iso(at) }, 200);
  });

  const takeBatch = async (c: Context<AppEnv>, targets: Targets) => {
    const faults = faultsOf("targets", targets.rejected);
    if (targets.good.length === 0) throw invalid(faults);
    const { waitMs } = preference(c);
    const key = await idempotencyKeyOf(c, { targets: targets.all });
    const ctx = c.get("ctx");
    const taken = await sendBatch(ctx, scopeOf(c.get("principal")), key, targets.good);
    if (taken.replayed) c.header("idempotency-replayed", "true");
    const known = taken.results.flatMap(({ dispatch }) => dispatch ?? []);
    const seen = await awaitOutcome(ctx, known, taken.replayed ? 0 : waitMs);
    const byId = new Map(seen.map((dispatch) => [dispatch.id, dispatch]));
    const results = resultsOf(targets, taken.results).map((result) =>
      result.dispatch === null
        ? result
        : { ...result, dispatch: byId.get(result.dispatch.id) ?? result.dispatch },
    );
    c.header("location", `${routes.BASE}?batch_id=${printId("batch", taken.batchId)}`);
    const view = batchView(taken.batchId, results, faults);
    return isBatchFinished(results) ? c.json(view, 201) : c.json(view, 202);
  };
  const takeRest = async (c: Context<AppEnv>, on: ErrorsOf, error: ZodError) => {
    const body: unknown = on === "json" ? await c.req.json() : undefined;
    const members = membersOf("targets", body, error);
    if (members === null) throw invalid(fieldErrors(error, on, body));
    const read = (member: unknown) => target.safeParse(member);
    return takeBatch(c, readTargets(members, read, c.get("deps").pushProviders));
  };
  app.openapi(
    routes.sendBatch,
    (c) => {
      const { targets } = c.req.valid("json");
      const read = (data: (typeof targets)[number]) => ({ success: true, data }) as const;
      return takeBatch(c, readTargets(targets, read, c.get("deps").pushProviders));
    },
    // Targets that are wrong keep none of the others from being sent.
    (result, c) => (result.success ? undefined : takeRest(c, result.target, result.error)),
  );

  app.openapi(routes.list, async (c) => {
    const { status, batch_id, user_id, scenario_id, prompt_id, from, to, ...paging } = c.req.valid("query");
    const page = pageOf(paging);
    const batchId = batch_id === undefined ? undefined : parseId("batch", batch_id);
    if (batchId === null) throw invalid([{ pointer: "batch_id", detail: "is not an id of a batch" }]);
    const filter = {
      userId: user_id,
      scenarioId: scenario_id,
      promptId: prompt_id,
      batchId,
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
    const unknown = unknownOptions(c.get("deps").pushProviders, body);
    if (unknown.length > 0) throw invalid(unknown);
    const ctx = c.get("ctx");
    refuseTooFarAhead(body.send_at, ctx.clock.now());
    const { waitMs } = preference(c);
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
    // This contract shows pushes; an in-app message is its reader's to see.
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
    const dispatch = await records.annotatePush(c.get("ctx"), scopeOf(c.get("principal")), id, annotation);
    return c.json(annotatedView(dispatch), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const id = idOf(c.req.valid("param").id);
    await records.deletePush(c.get("ctx"), scopeOf(c.get("principal")), authorOf(c), id);
    return c.json({ deleted: true as const, id: printId("notif", id) }, 200);
  });
}
