import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../../http/access.ts";
import { json, jsonBody, problems } from "../../../http/schemas.ts";
import { BASE } from "../routes.ts";
import * as schemas from "./schemas.ts";

export const search = createRoute({
  tags: ["Directory"],
  middleware: access(null, ADMIN_ROLES),
  method: "post",
  path: `${BASE}/users/search`,
  operationId: "searchUsers",
  summary: "Find users",
  description: `It changes nothing. The text is in the body, since URLs are kept in logs. Those whose id begins with it come first, then
those whose name, last name and address does. An org_admin finds those of the own organizations; a page may then have fewer users than
\`limit\`, or none, and yet a next one: each looks at 2,000 users at most.`,
  request: { body: jsonBody(schemas.body) },
  responses: { 200: json(schemas.found, "A page of users"), ...problems(400, 413, 415) },
});
