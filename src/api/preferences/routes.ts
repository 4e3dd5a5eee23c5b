import { createRoute } from "@hono/zod-openapi";
import { access } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

const PATH = "/api/v1/preferences";
const own = { tags: ["Preferences"], middleware: access(null), path: PATH };

export const get = createRoute({
  ...own,
  method: "get",
  operationId: "getPreferences",
  summary: "What the caller wants to get, and where",
  description:
    "A matrix of categories and channels: those of the built-in types, those of the own types that the user's organization has, and those that somebody has chosen.",
  request: { query: schemas.subjectQuery },
  responses: { 200: json(schemas.matrix, "The matrix"), ...problems(400, 404, 410) },
});

export const patch = createRoute({
  ...own,
  method: "patch",
  operationId: "updatePreferences",
  summary: "Change some cells, or the quiet hours",
  description:
    "What is not given stays. Null inherits again: from the organization, those above it, the service. A cell that is locked is refused with 409 `locked`, and nothing changes.",
  request: { query: schemas.subjectQuery, body: jsonBody(schemas.change) },
  responses: { 200: json(schemas.matrix, "The matrix now"), ...problems(400, 404, 409, 410, 413, 415) },
});
