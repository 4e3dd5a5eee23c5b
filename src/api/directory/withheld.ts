import { createRoute, z } from "@hono/zod-openapi";
import { CHANNELS, WITHHELD_REASONS } from "../../db/schema/index.ts";
import { access, OPERATOR_ROLES } from "../../http/access.ts";
import type { App } from "../../http/app-env.ts";
import { json, problems } from "../../http/schemas.ts";
import { DAY, iso } from "../../lib/clock.ts";
import { listWithheld } from "../../log/withheld/list.ts";
import { BASE } from "./routes.ts";
import { entityId } from "./schemas.ts";

const one = z.object({
  date: z.iso.date().openapi({ description: "The day, UTC." }),
  type: z.string(),
  channel: z.enum(CHANNELS),
  reason: z.enum(WITHHELD_REASONS),
  count: z.int().min(1),
});

const list = z.object({ user_id: z.string(), withheld: z.array(one) }).openapi("Withheld", {
  example: {
    user_id: "usr_4bc8d2",
    withheld: [
      { date: "2026-03-26", type: "new_match", channel: "email", reason: "below_threshold", count: 3 },
    ],
  },
});

const route = createRoute({
  tags: ["Directory"],
  middleware: access(null, OPERATOR_ROLES),
  method: "get",
  path: `${BASE}/users/{id}/withheld`,
  summary: "Read why this user was not told",
  description: `Counts of messages that were not made, and so stand in no log, by day and reason, newest first:

- \`below_threshold\`: a match scored less than the user's \`match_threshold\`.
- \`switched_off\`: the user has turned this type, or all e-mail, off.
- \`nothing_to_say\`: a digest was due, and there was nothing to put into it.
- \`unknown_user\`, \`unknown_grant\`: a match or a status has waited seven days for the user or the grant to be known here.

What is looked at again and again (\`deadline_reminder\`, \`weekly_digest\`) counts as one a day. A message that was made
and then not sent is a cancelled dispatch, and has its reason in the log of the administration.`,
  request: {
    params: z.object({
      id: entityId.openapi({
        param: { name: "id", in: "path" },
        description: "The caller's own id of the user.",
        example: "usr_4bc8d2",
      }),
    }),
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(60)
        .default(30)
        .openapi({ description: "So many days, today among them.", example: 30 }),
    }),
  },
  responses: { 200: json(list, "What was withheld"), ...problems(400, 404) },
});

export function registerWithheld(app: App): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const found = await listWithheld(c.get("ctx"), id, c.req.valid("query").days);
    return c.json(
      {
        user_id: id,
        withheld: found.map(({ day, n, ...rest }) => ({
          date: iso(day * DAY).slice(0, 10),
          ...rest,
          count: n,
        })),
      },
      200,
    );
  });
}
