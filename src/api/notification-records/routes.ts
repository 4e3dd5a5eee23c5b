import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES, OPERATOR_ROLES } from "../../http/access.ts";
import type { Role } from "../../auth/principal.ts";
import { json, jsonBody, keyed, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** The contract of notification records. Static paths come before `/{id}`. */
export const BASE = "/api/v1/notification-records";

// The contract's table of roles; `service` may do what any of them may. It is never open: a token is always needed.
const READERS = [...ADMIN_ROLES, "coordinator"] as const satisfies readonly Role[];
const RECORDERS = ["service", "org_admin", "coordinator"] as const satisfies readonly Role[];
const EDITORS = ADMIN_ROLES;
const DELETERS = OPERATOR_ROLES;

const route = (roles: readonly Role[]) => ({
  tags: ["Notification records"],
  middleware: access(null, roles),
});

const SCOPE =
  "A coordinator sees the mentors whom they coordinate, an org_admin those of their organizations.";

export const list = createRoute({
  ...route(READERS),
  method: "get",
  path: BASE,
  operationId: "listNotificationRecords",
  summary: "Notification records, newest first",
  description: SCOPE,
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of records"), ...problems(400) },
});

export const create = createRoute({
  ...route(RECORDERS),
  method: "post",
  path: BASE,
  operationId: "createNotificationRecord",
  summary: "Record that a notification was sent for a pause event",
  description:
    "For what was sent elsewhere: a mentor's change of status in the directory writes its record by itself.",
  request: { headers: keyed, body: jsonBody(schemas.createBody) },
  responses: { 201: json(schemas.created, "Recorded"), ...problems(400, 404, 413, 415, 422) },
});

export const history = createRoute({
  ...route(READERS),
  method: "get",
  path: `${BASE}/history/{peerMentorId}`,
  operationId: "listNotificationHistory",
  summary: "The notification history of a peer mentor, newest first",
  description: SCOPE,
  request: { params: schemas.mentorParam, query: schemas.historyQuery },
  responses: { 200: json(schemas.history, "The history"), ...problems(400, 404) },
});

export const profile = createRoute({
  ...route(READERS),
  method: "get",
  path: `${BASE}/peer-mentor-profile/{peerMentorId}`,
  operationId: "getPeerMentorProfile",
  summary: "A peer mentor as notification routing sees them",
  description: SCOPE,
  request: { params: schemas.mentorParam },
  responses: { 200: json(schemas.profile, "The profile"), ...problems(400, 404) },
});

export const get = createRoute({
  ...route(READERS),
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getNotificationRecord",
  summary: "One notification record",
  description: SCOPE,
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.detail, "The record"), ...problems(400, 404) },
});

export const change = createRoute({
  ...route(EDITORS),
  method: "put",
  path: `${BASE}/{id}`,
  operationId: "updateNotificationRecord",
  summary: "Correct a notification record",
  description: "Fields that are left out do not change.",
  request: { params: schemas.idParam, body: jsonBody(schemas.changeBody) },
  responses: { 200: json(schemas.changed, "Changed"), ...problems(400, 404, 413, 415) },
});

export const remove = createRoute({
  ...route(DELETERS),
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "deleteNotificationRecord",
  summary: "Delete a notification record",
  description: "The messages that it is about stay in the dispatch log.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(400, 404) },
});
