import { createRoute } from "@hono/zod-openapi";
import { MAX_OF_ORG, MAX_OF_USER } from "../../channels/chat/connections.ts";
import { access } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** Where users and organizations are sent chat messages. */
const BASE = "/api/v1/chat-connections";

const all = { tags: ["Chat connections"], middleware: access(null) };
const one = { params: schemas.idParam };

export const list = createRoute({
  ...all,
  method: "get",
  path: BASE,
  operationId: "listChatConnections",
  summary: "The chat connections of a user or of an organization, the oldest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of connections"), ...problems(400, 404) },
});

export const create = createRoute({
  ...all,
  method: "post",
  path: BASE,
  operationId: "createChatConnection",
  summary: "Connect a chat: Slack, Microsoft Teams, Discord, or a program of yours",
  description: `A user's messages on the channel \`chat\` go to the user's oldest connection that works; the others take over when it breaks or is paused. Events name an organization's connections as recipients. A user has at most ${MAX_OF_USER}, an organization ${MAX_OF_ORG}: 409 \`too_many_connections\`. An org_admin makes those of organizations; a user's are the user's alone: 403 \`not_the_user\`. Secrets are stored sealed; 503 \`secrets_key_missing\`: this service cannot store any.`,
  request: { body: jsonBody(schemas.body) },
  responses: {
    201: json(schemas.created, "Created. Nothing was sent: try it with `/test`"),
    ...problems(400, 404, 409, 413, 415, 503),
  },
});

export const get = createRoute({
  ...all,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getChatConnection",
  summary: "Read a chat connection",
  request: one,
  responses: { 200: json(schemas.shown, "The connection, without its secret"), ...problems(404) },
});

export const change = createRoute({
  ...all,
  method: "patch",
  path: `${BASE}/{id}`,
  operationId: "updateChatConnection",
  summary: "Rename, pause or mend a chat connection, or rotate its secret",
  description:
    "What is not given stays. A new secret or channel makes a broken connection active again. Of a user's connection the user alone may: 403 `not_the_user` for an org_admin.",
  request: { ...one, body: jsonBody(schemas.change) },
  responses: { 200: json(schemas.shown, "Changed"), ...problems(400, 404, 409, 413, 415, 503) },
});

export const remove = createRoute({
  ...all,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "deleteChatConnection",
  summary: "Delete a chat connection",
  description: "Messages to it that are still queued end as `connection_gone`.",
  request: one,
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(404) },
});

export const test = createRoute({
  ...all,
  method: "post",
  path: `${BASE}/{id}/test`,
  operationId: "testChatConnection",
  summary: "Send a test to a chat connection, and wait for the answer",
  description:
    "Also to a paused or broken one: where it works, it is active again. 20 an hour for all connections of an owner. Of a user's connection the user alone may: 403 `not_the_user` for an org_admin.",
  request: one,
  responses: {
    200: json(schemas.tested, "What the chat said"),
    ...problems(404, 429),
  },
});
