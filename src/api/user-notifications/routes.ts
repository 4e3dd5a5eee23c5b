import { createRoute, z } from "@hono/zod-openapi";
import { access, PERSONAL_ROLES } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** The caller's e-mail notifications, or those of a user whom an admin or a service names; mounted before the push contract's `/{id}`. */
const BASE = "/api/v1/notifications";

const own = { tags: ["My e-mail notifications"], middleware: access(null) };

export const getPreferences = createRoute({
  ...own,
  method: "get",
  path: `${BASE}/preferences`,
  operationId: "getEmailPreferences",
  summary: "The caller's preferences",
  description: "Created with the defaults at the first look.",
  request: { query: schemas.subjectQuery },
  responses: { 200: json(schemas.preferences, "The preferences"), ...problems(400, 404, 410) },
});

const update = {
  ...own,
  path: `${BASE}/preferences`,
  request: { query: schemas.subjectQuery, body: jsonBody(schemas.preferencesUpdate) },
  responses: {
    200: json(schemas.preferences, "The preferences now"),
    ...problems(400, 404, 410, 413, 415),
  },
};

export const patchPreferences = createRoute({
  ...update,
  method: "patch",
  operationId: "updateEmailPreferences",
  summary: "Change some preferences",
  description: "Only the fields that are given change.",
});

export const putPreferences = createRoute({
  ...update,
  method: "put",
  operationId: "setEmailPreferences",
  summary: "Change preferences",
  description: "The same as PATCH: fields that are not given stay.",
});

export const history = createRoute({
  ...own,
  method: "get",
  path: `${BASE}/history`,
  operationId: "listEmails",
  summary: "The caller's e-mails, newest first",
  request: { query: schemas.historyQuery },
  responses: { 200: json(schemas.historyList, "A page of e-mails"), ...problems(400, 404) },
});

export const historyItem = createRoute({
  ...own,
  method: "get",
  path: `${BASE}/history/{notification_id}`,
  operationId: "getEmail",
  summary: "One of the caller's e-mails",
  request: { params: schemas.idParam, query: schemas.subjectQuery },
  responses: { 200: json(schemas.historyItem, "The e-mail"), ...problems(400, 404) },
});

export const sendTest = createRoute({
  ...own,
  middleware: access(null, PERSONAL_ROLES),
  method: "post",
  path: `${BASE}/test`,
  operationId: "sendTestEmail",
  summary: "Send a test e-mail to the caller",
  description: "Says what the provider answered. Five an hour.",
  request: {
    headers: z.object({ "idempotency-key": z.string().optional() }),
    body: { ...jsonBody(schemas.testBody), required: false },
  },
  responses: {
    200: json(schemas.testResult, "What the provider answered"),
    ...problems(400, 409, 410, 413, 415, 422),
  },
});

export const stats = createRoute({
  ...own,
  method: "get",
  path: `${BASE}/stats`,
  operationId: "getEmailStats",
  summary: "How many e-mails the caller got, by type and by outcome",
  request: { query: schemas.subjectQuery },
  responses: { 200: json(schemas.stats, "The counts"), ...problems(400, 404) },
});

export const health = createRoute({
  ...own,
  method: "get",
  path: `${BASE}/health`,
  operationId: "getEmailHealth",
  summary: "Is the e-mail service well?",
  responses: { 200: json(schemas.health, "Its state, and the caller's usage"), ...problems(400) },
});
