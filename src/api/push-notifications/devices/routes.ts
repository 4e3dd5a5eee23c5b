import { createRoute } from "@hono/zod-openapi";
import { json, jsonBody, problems } from "../../../http/schemas.ts";
import { anyone, BASE } from "../routes.ts";
import * as schemas from "./schemas.ts";

export const list = createRoute({
  ...anyone,
  method: "get",
  path: `${BASE}/device-tokens`,
  operationId: "listDevices",
  summary: "A user's registered device tokens",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "The tokens that are alive"), ...problems(400, 404) },
});

export const register = createRoute({
  ...anyone,
  method: "post",
  path: `${BASE}/device-tokens`,
  operationId: "registerDevice",
  summary: "Register a device token",
  description: `A token belongs to one user: registering it again moves it, makes it alive again, and replaces what was said of it. Whose
token it is shows its form; \`provider\` is needed where the form leaves that open. For Web Push send the members of the
subscription's \`toJSON()\` in place of \`token\`.`,
  request: { body: jsonBody(schemas.registerBody) },
  responses: { 201: json(schemas.registered, "Registered"), ...problems(400, 404, 410, 413, 415) },
});

export const remove = createRoute({
  ...anyone,
  method: "delete",
  path: `${BASE}/device-tokens/{token}`,
  operationId: "invalidateDevice",
  summary: "Invalidate a device token",
  description:
    "Nothing is sent to it any more, until it is registered again. Repeating the call changes nothing.",
  request: { params: schemas.tokenParam },
  responses: { 200: json(schemas.invalidated, "Invalidated"), ...problems(400, 404) },
});
