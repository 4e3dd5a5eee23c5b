import { createRoute } from "@hono/zod-openapi";
import { MAX_ENDPOINTS } from "../../channels/webhook/endpoints.ts";
import { MAX_REPLAYED } from "../../channels/webhook/replay.ts";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { ownerQuery } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as messageSchemas from "./message-schemas.ts";
import * as schemas from "./schemas.ts";

/** Where customers want to hear of what happens to their messages. */
export const BASE = "/api/v1/webhook-endpoints";

const admins = { tags: ["Webhooks"], middleware: access(null, ADMIN_ROLES) };
const one = { params: schemas.idParam };
const message = { params: messageSchemas.messageParam };

export const list = createRoute({
  ...admins,
  method: "get",
  path: BASE,
  operationId: "listWebhookEndpoints",
  summary: "The webhook endpoints of an organization",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of endpoints, the oldest first"), ...problems(400, 404) },
});

export const create = createRoute({
  ...admins,
  method: "post",
  path: BASE,
  operationId: "createWebhookEndpoint",
  summary: "Make a webhook endpoint",
  description: `It hears of its organization and of all below it. The answer has the secret, which is not shown again. Requests are signed by Standard Webhooks 1.0.0. A repeat makes another endpoint. 409 \`too_many_endpoints\`: an owner has at most ${MAX_ENDPOINTS}. 503 \`secrets_key_missing\`: this deployment has no key to keep secrets.`,
  request: { query: ownerQuery, body: jsonBody(schemas.body) },
  responses: {
    201: json(schemas.withSecret, "Made; the secret is shown this once"),
    ...problems(400, 404, 409, 413, 415),
  },
});

export const get = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getWebhookEndpoint",
  summary: "Read a webhook endpoint",
  request: one,
  responses: { 200: json(schemas.endpoint, "The endpoint"), ...problems(404) },
});

export const change = createRoute({
  ...admins,
  method: "patch",
  path: `${BASE}/{id}`,
  operationId: "updateWebhookEndpoint",
  summary: "Change a webhook endpoint",
  description: "What the body leaves out stays. What is queued goes to the new URL.",
  request: { ...one, body: jsonBody(schemas.change) },
  responses: { 200: json(schemas.endpoint, "The endpoint"), ...problems(400, 404, 413, 415) },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "deleteWebhookEndpoint",
  summary: "Delete a webhook endpoint",
  description: "What is queued for it is not sent.",
  request: one,
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(404) },
});

export const rotate = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/{id}/rotate-secret`,
  operationId: "rotateWebhookSecret",
  summary: "Give a webhook endpoint a new secret",
  description:
    "For 24 hours, or as the body says, requests carry a signature of each: change the receiver within this time. A repeat makes yet another secret.",
  request: { ...one, body: jsonBody(schemas.rotation) },
  responses: {
    200: json(schemas.withSecret, "The new secret is shown this once"),
    ...problems(400, 404, 413, 415),
  },
});

export const test = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/{id}/test`,
  operationId: "testWebhookEndpoint",
  summary: "Send a webhook to try an endpoint out",
  description:
    "Of the type `webhook.test`, whatever types the endpoint wants, and even if it is disabled. Read the message to see what came of it. 20 an hour for all endpoints of an owner.",
  request: one,
  responses: { 202: json(messageSchemas.message, "Queued"), ...problems(404) },
});

export const messages = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{id}/messages`,
  operationId: "listWebhookMessages",
  summary: "What was sent to a webhook endpoint, newest first",
  description: "Each with its attempts. They are kept for a week.",
  request: { ...one, query: messageSchemas.messagesQuery },
  responses: { 200: json(messageSchemas.messages, "A page of webhooks"), ...problems(400, 404) },
});

export const getMessage = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{id}/messages/{message}`,
  operationId: "getWebhookMessage",
  summary: "Read one webhook",
  request: message,
  responses: { 200: json(messageSchemas.message, "The webhook"), ...problems(404) },
});

export const replayMessage = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/{id}/messages/{message}/replay`,
  operationId: "replayWebhookMessage",
  summary: "Send one webhook again",
  description:
    "With the same `webhook-id` and all its attempts. 409 `not_finished`: it is still being tried. 409 `endpoint_disabled`. 409 `too_old`: what it tells of happened more than a week ago. 600 an hour for all endpoints of an owner.",
  request: message,
  responses: { 202: json(messageSchemas.message, "Queued"), ...problems(404, 409) },
});

export const replay = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/{id}/replay`,
  operationId: "replayWebhookMessages",
  summary: "Send webhooks again, since a time",
  description: `Those that were not taken, the oldest first; up to ${MAX_REPLAYED} a call. Call again with \`next_after\` where there are more: 60 calls an hour for all endpoints of an owner. What happened more than a week ago is left out. 409 \`endpoint_disabled\`: enable it first.`,
  request: { ...one, body: jsonBody(messageSchemas.replay) },
  responses: { 202: json(messageSchemas.replayed, "Queued"), ...problems(400, 404, 409, 413, 415) },
});
