import { createRoute } from "@hono/zod-openapi";
import { access, OPERATOR_ROLES } from "../../../http/access.ts";
import { json, problems } from "../../../http/schemas.ts";
import { BASE } from "../routes.ts";
import * as schemas from "./schemas.ts";

export const list = createRoute({
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
  request: { params: schemas.userParam, query: schemas.listQuery },
  responses: { 200: json(schemas.list, "What was withheld"), ...problems(400, 404) },
});
