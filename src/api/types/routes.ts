import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { ownerQuery } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import { MAX_NAMED, MAX_TYPES } from "../../types/put.ts";
import * as schemas from "./schemas.ts";

/** Notification types: the customers' own, and those that are built in. */
const BASE = "/api/v1/types";

const admins = { tags: ["Types"], middleware: access(null, ADMIN_ROLES) };

export const list = createRoute({
  ...admins,
  method: "get",
  path: BASE,
  operationId: "listTypes",
  summary: "The types that an organization has and inherits",
  description:
    "Built-in types first, then the others by id. An organization inherits the types of those above it and of the service.",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of types"), ...problems(400, 404) },
});

export const get = createRoute({
  ...admins,
  method: "get",
  path: `${BASE}/{type}`,
  operationId: "getType",
  summary: "Read a type that an organization has or inherits",
  request: { params: schemas.typeParam, query: ownerQuery },
  responses: { 200: json(schemas.type, "The type"), ...problems(400, 404) },
});

export const put = createRoute({
  ...admins,
  method: "put",
  path: `${BASE}/{type}`,
  operationId: "putType",
  summary: "Create or replace a type",
  description: `What the body leaves out gets its default. Events that are running go on with the type as it was. 409 \`type_built_in\`: the id is that of a built-in type. 409 \`type_taken\`: the service, or an organization above or below, has a type with this id; organizations side by side may use the same. Service and global_admin get in \`taken_by\` the ids of up to ${MAX_NAMED} that have it (null: the service). 409 \`too_many_types\`: an owner has at most ${MAX_TYPES}. 403 \`critical_not_allowed\`: only service and global_admin may make a type critical.`,
  request: { params: schemas.typeParam, query: ownerQuery, body: jsonBody(schemas.body) },
  responses: {
    200: json(schemas.type, "Replaced, or as it was"),
    201: json(schemas.type, "Created"),
    ...problems(400, 404, 409, 413, 415),
  },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: `${BASE}/{type}`,
  operationId: "deleteType",
  summary: "Delete a type",
  description:
    "Its words go with it, also those of the organizations that inherit it, but not of one below that has a type of its own with this id. Events that are running go on. 409 `type_built_in`: built-in types stay.",
  request: { params: schemas.typeParam, query: ownerQuery },
  responses: { 200: json(schemas.deleted, "Deleted"), ...problems(400, 404, 409) },
});
