import { createRoute, z } from "@hono/zod-openapi";
import { ADMIN_ROLES, access } from "../../http/access.ts";
import { json, jsonBody, keyed, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";
import { sendBody } from "./send-body.ts";

/** The push contract. Static paths come before `/{id}`. */
export const BASE = "/api/v1/notifications";

const tags = ["Push notifications"];
/** Any token, within its scope. */
export const anyone = { tags, middleware: access("push-notifications") };
/** Roles that send and keep the records. */
export const admins = { tags, middleware: access("push-notifications", ADMIN_ROLES) };

export const sendHeaders = keyed.extend({
  prefer: z
    .string()
    .optional()
    .openapi({ description: "`respond-async`, or `wait=N` seconds (0–10) for the outcome." }),
});

export const WAITS =
  "Waits for the outcome, three seconds unless `Prefer: wait=` or the configuration says otherwise: 201 with it, or 202 and a Location while it is on its way.";

export const list = createRoute({
  ...anyone,
  method: "get",
  path: BASE,
  operationId: "listPushes",
  summary: "Pushes, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of pushes"), ...problems(400) },
});

export const send = createRoute({
  ...admins,
  method: "post",
  path: BASE,
  operationId: "sendPush",
  summary: "Send a push to one user",
  description: `${WAITS} Over the user's hourly budget (of pushes, or of in-app messages) or the organization's daily quota it is refused with 429.`,
  request: { headers: sendHeaders, body: jsonBody(sendBody) },
  responses: {
    201: json(schemas.sent, "The outcome"),
    202: json(schemas.sent, "Taken; the outcome is not known yet"),
    ...problems(400, 404, 413, 415, 422),
  },
});

export const get = createRoute({
  ...anyone,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getPush",
  summary: "One push",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.record, "The push, and the devices it went to"), ...problems(404) },
});

export const annotate = createRoute({
  ...admins,
  method: "put",
  path: `${BASE}/{id}`,
  operationId: "annotatePush",
  summary: "Mark a push as retried or resolved, or note something",
  description: "A mark for people: nothing is sent. Only once the push is finished.",
  request: { params: schemas.idParam, body: jsonBody(schemas.annotateBody) },
  responses: { 200: json(schemas.annotated, "Noted"), ...problems(400, 404, 409, 413, 415) },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "deletePush",
  summary: "Delete the record of a push",
  description: "A push that is still queued is thereby never sent.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(404, 409) },
});
