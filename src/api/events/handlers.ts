import type { z } from "@hono/zod-openapi";
import { actorOf } from "../../auth/principal.ts";
import { type Scope, scopeOf } from "../../auth/scope.ts";
import { cancelEvent } from "../../events/cancel.ts";
import { countedOf, getEvent, listEvents, listMessages } from "../../events/read.ts";
import type { UserFacts } from "../../directory/users.ts";
import { sendEvent, type Target } from "../../events/send.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idAfter, nextPage } from "../../http/id-cursor.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { invalid } from "../../http/problem.ts";
import { DAY } from "../../lib/clock.ts";
import { Failure } from "../../lib/failure.ts";
import { parseId, printId } from "../../lib/ids.ts";
import * as routes from "./routes.ts";
import type { sendBody } from "./schemas.ts";
import { countedView, eventView, messageView } from "./view.ts";

const idOf = pathIdOf("event", (text) => parseId("evt", text));

/** How far ahead an event may be sent. */
const MAX_AHEAD_DAYS = 365;

function refuseTimes({ send_at, expires_at }: z.output<typeof sendBody>, now: number): void {
  if (send_at !== undefined && send_at > now + MAX_AHEAD_DAYS * DAY)
    throw invalid([{ pointer: "/send_at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
  if (expires_at !== undefined && expires_at <= now)
    throw invalid([{ pointer: "/expires_at", detail: "must be in the future" }]);
}

/** @throws 403 for facts of users from a caller who may not write the directory */
function targetOf({ recipients }: z.output<typeof sendBody>, scope: Scope): Target {
  if ("topic" in recipients) return { kind: "topic", topic: recipients.topic };
  if ("org_id" in recipients)
    return { kind: "org", orgId: recipients.org_id, withSubOrgs: recipients.include_sub_orgs };
  const seen = new Set<string>();
  const target = { kind: "users" as const, ids: new Array<string>(), facts: new Map<number, UserFacts>() };
  for (const [i, user] of recipients.users.entries()) {
    const isFacts = "email_verified" in user;
    if (isFacts && scope.kind !== "all")
      throw new Failure("forbidden", "Only service and global_admin may write users into the directory.", {
        errors: [{ pointer: `/recipients/users/${i}`, detail: "must be the user's id alone" }],
      });
    if (!isFacts) target.ids.push(user.id);
    else if (!seen.has(user.id)) {
      seen.add(user.id);
      target.facts.set(i, user);
    }
  }
  return target;
}

export function register(app: App): void {
  app.openapi(routes.send, async (c) => {
    const body = c.req.valid("json");
    const { ctx, deps, principal } = {
      ctx: c.get("ctx"),
      deps: c.get("deps"),
      principal: c.get("principal"),
    };
    refuseTimes(body, ctx.clock.now());
    const scope = scopeOf(principal);
    const to = targetOf(body, scope);
    const key = await idempotencyKeyOf(c, body);
    const input = {
      type: body.type,
      orgId: body.org_id,
      to,
      data: body.data,
      key: body.key ?? null,
      sendAt: body.send_at ?? null,
      expiresAt: body.expires_at ?? null,
      channels: body.channels ?? null,
      actor: body.actor ?? null,
      isDryRun: body.dry_run,
    };
    const isBuiltIn = (type: string) => deps.types.get(type) !== undefined;
    const { event, replayed } = await sendEvent(ctx, scope, actorOf(principal), key, input, isBuiltIn);
    if (replayed) c.header("idempotency-replayed", "true");
    c.header("location", `${routes.BASE}/${printId("evt", event.id)}`);
    return c.json(eventView(event), 202);
  });

  app.openapi(routes.list, async (c) => {
    const { type, limit, cursor } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const { rows, next } = await listEvents(c.get("ctx"), scope, { type, before: idAfter(cursor), limit });
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
