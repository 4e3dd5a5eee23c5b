import { invalid } from "../../lib/failure.ts";
import type { z } from "@hono/zod-openapi";
import { scopeOf } from "../../auth/scope.ts";
import { explain, type Question } from "../../explain/explain.ts";
import type { App } from "../../http/app-env.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { DAY } from "../../lib/clock.ts";
import * as routes from "./routes.ts";
import type { explainBody } from "./schemas.ts";
import { explanationView } from "./view.ts";

const idOf = pathIdOf("dispatch");

/** How far ahead a message may be sent. */
const MAX_AHEAD_DAYS = 365;

function refuseTime(at: number | undefined, now: number): void {
  if (at === undefined || (at >= now && at <= now + MAX_AHEAD_DAYS * DAY)) return;
  throw invalid([{ pointer: "/at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
}

/** @param self the id of a user who asks about themselves; null for an admin */
function questionOf(body: z.output<typeof explainBody>, self: string | null): Question {
  const { dispatch, type, user_id: userId = self, org_id: orgId, channel, data, key } = body;
  if (dispatch !== undefined) return { kind: "dispatch", id: idOf(dispatch) };
  const errors = [
    ...(type === undefined ? [{ pointer: "/type", detail: "is required" }] : []),
    ...(userId === null ? [{ pointer: "/user_id", detail: "is required" }] : []),
  ];
  if (type === undefined || userId === null) throw invalid(errors);
  return { kind: "type", type, userId, orgId, channel, data, key };
}

export function register(app: App): void {
  app.openapi(routes.explain, async (c) => {
    const body = c.req.valid("json");
    const ctx = c.get("ctx");
    const scope = scopeOf(c.get("principal"));
    refuseTime(body.at, ctx.clock.now());
    const question = questionOf(body, scope.kind === "own" ? scope.userId : null);
    const found = await explain(ctx, c.get("deps").types, scope, question, body.at ?? null);
    return c.json(explanationView(found), 200);
  });
}
