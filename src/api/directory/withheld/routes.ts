import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../../http/access.ts";
import { json, problems } from "../../../http/schemas.ts";
import { BASE } from "../routes.ts";
import * as schemas from "./schemas.ts";

export const list = createRoute({
  tags: ["Directory"],
  middleware: access(null, ADMIN_ROLES),
  method: "get",
  path: `${BASE}/users/{id}/withheld`,
  operationId: "getWithheld",
  summary: "Read why this user was not notified",
  description: `Counts of messages that were never created, and so are in no log, by day and reason, newest first:

- \`below_threshold\`: a match scored less than the user's \`match_threshold\`.
- \`switched_off\`: the user has turned this type, or all e-mail, off.
- \`nothing_to_say\`: a digest was due, but it would have been empty.
- \`unknown_user\`, \`unknown_grant\`: a match or a status has waited seven days for its user or grant.

Of an event's messages:

- \`unsubscribed\`: the user, or an organization of the user's, has switched this category or channel off.
- \`no_address\`, \`unverified\`, \`suppressed\`, \`no_device\`: the channel could not reach the user.
- \`throttled\`: the user had as many messages of this type on this channel as the type allows.
- \`duplicate\`: another event with the same key has notified the user on this channel.

\`deadline_reminder\` and \`weekly_digest\` count once a day at most. A message that was created and then not sent is a
cancelled dispatch: the admin log has its reason. For admins, of users in their scope.`,
  request: { params: schemas.userParam, query: schemas.listQuery },
  responses: { 200: json(schemas.list, "What was withheld"), ...problems(400, 404) },
});
