import { createRoute } from "@hono/zod-openapi";
import { access } from "../../http/access.ts";
import { json, jsonBody, keyed, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** The stats contract. */
export const BASE = "/api/v1/stats-notifications";

/** Any token, within its scope. */
const shared = { tags: ["Stats notifications"], middleware: access("stats-notifications") };

const ALREADY = "409 `already_subscribed` names the user's subscription to that window as `notification_id`.";

export const list = createRoute({
  ...shared,
  method: "get",
  path: BASE,
  operationId: "listStatsSubscriptions",
  summary: "Subscriptions and their time windows, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of subscriptions"), ...problems(400) },
});

export const get = createRoute({
  ...shared,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getStatsSubscription",
  summary: "One subscription, with its stored snapshot",
  description: "The snapshot follows changed activities, and a new window, within a minute or two.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.detail, "The subscription"), ...problems(404) },
});

export const create = createRoute({
  ...shared,
  method: "post",
  path: BASE,
  operationId: "createStatsSubscription",
  summary: "Subscribe a user to the summaries of a time window",
  description: `When a window closes, the user gets its summary at 08:00 local time (or at the configured hour): the first one is that of the window which is open now. ${ALREADY}`,
  request: { headers: keyed, body: jsonBody(schemas.createBody) },
  responses: {
    201: json(schemas.created, "Subscribed"),
    ...problems(400, 404, 409, 410, 413, 415, 422),
  },
});

export const change = createRoute({
  ...shared,
  method: "put",
  path: `${BASE}/{id}`,
  operationId: "updateStatsSubscription",
  summary: "Change the time window of a subscription",
  description: `Takes a new snapshot. ${ALREADY}`,
  request: { params: schemas.idParam, body: jsonBody(schemas.changeBody) },
  responses: { 200: json(schemas.changed, "Changed"), ...problems(400, 404, 409, 413, 415) },
});

export const remove = createRoute({
  ...shared,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "deleteStatsSubscription",
  summary: "Deactivate and remove a subscription",
  description: "Nothing is sent for it afterwards: a summary that waits to be sent is cancelled.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.deleted, "Removed"), ...problems(404) },
});

export const refresh = createRoute({
  ...shared,
  method: "post",
  path: `${BASE}/{id}/refresh`,
  operationId: "refreshStatsSubscription",
  summary: "Take a new snapshot now",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.refreshed, "Refreshed"), ...problems(404, 413, 415) },
});
