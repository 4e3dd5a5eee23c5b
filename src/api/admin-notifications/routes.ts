import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { json, jsonBody, keyed, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** The admin contract. Static paths come before `/{id}`. */
export const BASE = "/api/v1/admin/notifications";

const shared = { tags: ["Dispatch log"], middleware: access("admin-notifications", ADMIN_ROLES) };

export const list = createRoute({
  ...shared,
  method: "get",
  path: BASE,
  operationId: "listDispatches",
  summary: "Every dispatch of every channel, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of the log"), ...problems(400) },
});

export const search = createRoute({
  ...shared,
  method: "post",
  path: `${BASE}/search`,
  operationId: "searchDispatches",
  summary: "Find dispatches as a person looks for them, newest first",
  description:
    "It changes nothing. An address is in the body, since URLs are kept in logs. A dispatch whose own id is given is found whatever the other filters say.",
  request: { body: jsonBody(schemas.searchBody) },
  responses: { 200: json(schemas.searched, "A page of what was found"), ...problems(400, 413, 415) },
});

export const get = createRoute({
  ...shared,
  method: "get",
  path: `${BASE}/{id}`,
  operationId: "getDispatch",
  summary: "One dispatch",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.detail, "The dispatch"), ...problems(404) },
});

export const remind = createRoute({
  ...shared,
  method: "post",
  path: `${BASE}/certification-reminder`,
  operationId: "remindOfCertificates",
  summary: "Remind one user of their certificates",
  description:
    "Queues one e-mail that lists them, nearest expiry first. 409 `no_certification` when there is none.",
  request: { headers: keyed, body: jsonBody(schemas.remindBody) },
  responses: { 202: json(schemas.reminded, "Queued"), ...problems(400, 404, 409, 413, 415, 422) },
});

export const remindBulk = createRoute({
  ...shared,
  method: "post",
  path: `${BASE}/bulk-certification-reminders`,
  operationId: "remindOrganizationOfCertificates",
  summary: "Remind everyone in an organization whose certificate expires soon",
  description:
    "One e-mail a user. `total_eligible` = `dispatched` + `failed` + `skipped`. Certificates that have expired do not count. Called again after an interruption it goes on where it was.",
  request: { headers: keyed, body: jsonBody(schemas.bulkBody) },
  responses: { 202: json(schemas.bulkReminded, "Queued"), ...problems(400, 404, 413, 415, 422, 503) },
});

export const change = createRoute({
  ...shared,
  method: "put",
  path: `${BASE}/{id}`,
  operationId: "changeDispatch",
  summary: "Retry a dispatch that failed or was cancelled, or note something",
  description:
    "`retry`: sends again what failed, bounced or was cancelled, with new attempts. 409 says why it could not be sent: `no_device`, `provider_not_configured`, `no_address`, `unverified`, `suppressed`, `unsubscribed`, `nothing_to_say`, `expired`; or `told_since` if another message has said the same since. `update`: sets `note`.",
  request: { params: schemas.idParam, body: jsonBody(schemas.changeBody) },
  responses: { 200: json(schemas.changed, "Done"), ...problems(400, 404, 409, 413, 415) },
});

export const cancel = createRoute({
  ...shared,
  method: "delete",
  path: `${BASE}/{id}`,
  operationId: "cancelDispatch",
  summary: "Cancel a queued dispatch",
  description: "409 once it is no longer queued: what is being sent cannot be taken back.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.cancelled, "Cancelled"), ...problems(404, 409) },
});
