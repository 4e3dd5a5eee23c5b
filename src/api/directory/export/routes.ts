import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import { access } from "../../../http/access.ts";
import { json, problems } from "../../../http/schemas.ts";
import { BASE } from "../routes.ts";
import * as schemas from "./schemas.ts";

/** Not of a narrower type: the handler answers with a stream, not with a value. */
const responses: RouteConfig["responses"] = {
  200: json(schemas.document, "The document"),
  ...problems(400, 404),
};

export const exportUser = createRoute({
  tags: ["Directory"],
  middleware: access(null),
  method: "get",
  path: `${BASE}/users/{id}/export`,
  operationId: "exportUser",
  summary: "Export everything about this person",
  description: `One JSON document with all that we have about a person, to be handed over or kept: facts, devices (of a token
only its end), preferences, suppressions (of an address that is not verified, for operators), topics, certificates, activities, applications, matches, subscriptions, what was
withheld, and every message with its content, until retention removes it. Users export themselves. An org_admin exports those of the own organizations, with
the messages that were sent in these; notes of staff and what happened to each message are in admins' exports only. A message that is not sent yet has no text if its
text is made when it is sent.

The document is sent while it is read, so it is not of one moment. If something fails meanwhile, it breaks off, and is no JSON.
\`complete\` is its last field. Exports by others than the person are in the audit log, and
count in the daily quota of the caller's organization. Users may export themselves 10 times an hour.`,
  request: { params: schemas.params },
  responses,
});
