import { createRoute } from "@hono/zod-openapi";
import { access, OPERATOR_ROLES } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** Part of the directory. Suppressions have ids, since URLs are kept in logs and must not contain addresses. */
const BASE = "/api/v1/directory/suppressions";

const operators = { tags: ["Directory"], middleware: access(null, OPERATOR_ROLES) };

export const list = createRoute({
  ...operators,
  method: "get",
  path: BASE,
  operationId: "listSuppressions",
  summary: "Addresses that no e-mail is sent to, and numbers that no text message is sent to, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of suppressions"), ...problems(400) },
});

export const lookup = createRoute({
  ...operators,
  method: "post",
  path: `${BASE}/lookup`,
  operationId: "findSuppression",
  summary: "Find the suppression of an address or a number",
  description:
    "It changes nothing. The address is in the body, since URLs are kept in logs. 404: messages may be sent to it.",
  request: { body: jsonBody(schemas.lookup) },
  responses: {
    200: json(schemas.suppression, "The suppression, in whatever spelling"),
    ...problems(400, 404, 413, 415),
  },
});

export const lift = createRoute({
  ...operators,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "liftSuppression",
  summary: "Lift a suppression",
  description:
    "Mail is sent to the address again; what has failed meanwhile is not. It is written into the audit log. An e-mail provider may have a suppression list of its own, from which the address must be removed there; else its next bounce suppresses the address again.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.lifted, "Lifted"), ...problems(404) },
});
