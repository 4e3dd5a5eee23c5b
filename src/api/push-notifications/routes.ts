import { createRoute, z } from "@hono/zod-openapi";
import { ADMIN_ROLES, access } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** The push contract. Static paths come before `/{id}`. */
export const BASE = "/api/v1/notifications";

const tags = ["Push notifications"];
/** Whoever has a token, within their scope. */
const anyone = { tags, middleware: access("push-notifications") };
/** Who sends and keeps the records. */
const admins = { tags, middleware: access("push-notifications", ADMIN_ROLES) };

const sendHeaders = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({ description: "A repeat within 24 hours answers with the same resource." }),
  prefer: z
    .string()
    .optional()
    .openapi({ description: "`respond-async`, or `wait=N` seconds (0–10) for the outcome." }),
});

const WAITS =
  "Waits for the outcome, three seconds unless `Prefer: wait=` or the configuration says otherwise: 201 with it, or 202 and a Location while it is on its way.";

export const listDevices = createRoute({
  ...anyone,
  method: "get",
  path: `${BASE}/device-tokens`,
  summary: "A user's registered device tokens",
  request: { query: schemas.devicesQuery },
  responses: { 200: json(schemas.devices, "The tokens that are alive"), ...problems(400, 404) },
});

export const registerDevice = createRoute({
  ...anyone,
  method: "post",
  path: `${BASE}/device-tokens`,
  summary: "Register a device token",
  description: "A token belongs to one user: registering it again moves it and makes it alive again.",
  request: { body: jsonBody(schemas.registerBody) },
  responses: { 201: json(schemas.registered, "Registered"), ...problems(400, 404, 410, 413, 415) },
});

export const removeDevice = createRoute({
  ...anyone,
  method: "delete",
  path: `${BASE}/device-tokens/{token}`,
  summary: "Invalidate a device token",
  description:
    "Nothing is sent to it any more, until it is registered again. Repeating the call changes nothing.",
  request: { params: schemas.tokenParam },
  responses: { 200: json(schemas.invalidated, "Invalidated"), ...problems(400, 404) },
});

export const sendBatch = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/batch`,
  summary: "Send pushes to up to 1,000 targets",
  description: `${WAITS} A target that is wrong fails as \`invalid_request\`, is named in \`errors\`, and keeps none of the others from being sent; where none can be sent, the answer is 400. Unknown users fail by themselves, too. What is over a user's hourly budget is sent later; what would come more than 24 hours later is not taken, and fails as \`rate_limited\`. Where it is more than is left of an organization's daily quota, all of it is refused with 429.`,
  request: { headers: sendHeaders, body: jsonBody(schemas.batchBody) },
  responses: {
    201: json(schemas.batchSent, "The outcome of each target"),
    202: json(schemas.batchSent, "Taken; not all outcomes are known yet"),
    ...problems(400, 413, 415, 422),
  },
});

export const list = createRoute({
  ...anyone,
  method: "get",
  path: BASE,
  summary: "Pushes, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of pushes"), ...problems(400) },
});

export const send = createRoute({
  ...admins,
  method: "post",
  path: BASE,
  summary: "Send a push to one user",
  description: `${WAITS} Over the user's hourly budget (of pushes, or of in-app messages) or the organization's daily quota it is refused with 429.`,
  request: { headers: sendHeaders, body: jsonBody(schemas.sendBody) },
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
  summary: "One push",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.record, "The push, and the devices it went to"), ...problems(404) },
});

export const annotate = createRoute({
  ...admins,
  method: "put",
  path: `${BASE}/{id}`,
  summary: "Mark a push as retried or resolved, or note something",
  description: "A mark for people: nothing is sent. Only once the push is finished.",
  request: { params: schemas.idParam, body: jsonBody(schemas.annotateBody) },
  responses: { 200: json(schemas.annotated, "Noted"), ...problems(400, 404, 409, 413, 415) },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{id}`,
  summary: "Delete the record of a push",
  description: "A push that is still queued is thereby never sent.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(404, 409) },
});
