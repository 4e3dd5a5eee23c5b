import { createRoute } from "@hono/zod-openapi";
import { MAX_TOPICS } from "../../events/topics/put.ts";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { ownerQuery } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** Groups of users to whom events can be sent. */
const BASE = "/api/v1/topics";

const admins = { tags: ["Topics"], middleware: access(null, ADMIN_ROLES) };
const one = { params: schemas.topicParam, query: ownerQuery };

export const list = createRoute({
  ...admins,
  method: "get",
  path: BASE,
  operationId: "listTopics",
  summary: "The topics that an organization has and inherits, by id",
  description:
    "An organization inherits the topics of those above it and of the service. Of two with the same id the nearest counts.",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of topics"), ...problems(400, 404) },
});

export const get = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{topic}`,
  operationId: "getTopic",
  summary: "Read a topic that an organization has or inherits",
  request: one,
  responses: { 200: json(schemas.topic, "The topic"), ...problems(400, 404) },
});

export const put = createRoute({
  ...admins,
  method: "put",
  path: `${BASE}/{topic}`,
  operationId: "putTopic",
  summary: "Create or rename a topic",
  description: `Its subscribers stay. 409 \`too_many_topics\`: an owner has at most ${MAX_TOPICS}.`,
  request: { ...one, body: jsonBody(schemas.body) },
  responses: {
    200: json(schemas.topic, "Renamed, or as it was"),
    201: json(schemas.topic, "Created"),
    ...problems(400, 404, 409, 413, 415),
  },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{topic}`,
  operationId: "deleteTopic",
  summary: "Delete a topic with its subscriptions",
  description: "503: not all of very many subscriptions are deleted yet; send the request again.",
  request: one,
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(400, 404, 503) },
});

export const subscribers = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{topic}/subscribers`,
  operationId: "listTopicSubscribers",
  summary: "The users who subscribe to a topic, by id",
  description: "Only for those who may change the topic. An org_admin sees users who are in scope today.",
  request: { params: schemas.topicParam, query: schemas.subscribersQuery },
  responses: { 200: json(schemas.subscribers, "A page of subscribers"), ...problems(400, 404) },
});

export const subscribe = createRoute({
  ...admins,
  method: "put",
  path: `${BASE}/{topic}/subscribers`,
  operationId: "subscribeToTopic",
  summary: "Subscribe users to a topic",
  description:
    "Up to 1,000. Those who subscribe already stay as they are. Users whom the caller does not administer are named in `unknown`, like those whom the directory does not have. A user who moves to another organization stays subscribed; whether an event may reach that user is decided when it is sent.",
  request: { ...one, body: jsonBody(schemas.userIds) },
  responses: { 200: json(schemas.subscribed, "Subscribed"), ...problems(400, 404, 413, 415) },
});

export const unsubscribe = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{topic}/subscribers`,
  operationId: "unsubscribeFromTopic",
  summary: "End the subscriptions of users",
  description: "Up to 1,000, in a body. Users who do not subscribe are ignored.",
  request: { ...one, body: jsonBody(schemas.userIds) },
  responses: { 200: json(schemas.unsubscribed, "Ended"), ...problems(400, 404, 413, 415) },
});
