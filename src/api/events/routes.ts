import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { json, jsonBody, keyed, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

export const BASE = "/api/v1/events";

const admins = { tags: ["Events"], middleware: access(null, ADMIN_ROLES) };

export const send = createRoute({
  ...admins,
  method: "post",
  path: BASE,
  operationId: "sendEvent",
  summary: "Send an event: tell its recipients what happened",
  description:
    "Makes a message for each recipient on each channel of the type. The first 1,000 recipients are done when it is answered; a job does the rest. A recipient who does not want it, or cannot be reached, is no error: `skipped` counts why.",
  request: { headers: keyed, body: jsonBody(schemas.sendBody) },
  responses: { 202: json(schemas.event, "The event"), ...problems(400, 404, 413, 415, 422) },
});

export const list = createRoute({
  ...admins,
  method: "get",
  path: BASE,
  operationId: "listEvents",
  summary: "Events, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of events"), ...problems(400) },
});

export const get = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getEvent",
  summary: "One event, and how its messages do",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.counted, "The event with its counts"), ...problems(404) },
});

export const messages = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{id}/messages`,
  operationId: "listEventMessages",
  summary: "An event's messages, in the order in which they were made",
  request: { params: schemas.idParam, query: schemas.messagesQuery },
  responses: { 200: json(schemas.messages, "A page of messages"), ...problems(400, 404) },
});

export const cancel = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "cancelEvent",
  summary: "Cancel what is not sent yet",
  description:
    "No further message is made, and those still queued are cancelled; many of them by a job. What is being sent stays, and so does a message that has collected other events, too. It may be repeated.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.counted, "Cancelled, with its counts"), ...problems(404) },
});
