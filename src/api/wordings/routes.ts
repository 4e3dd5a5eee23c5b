import { createRoute, z } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { ownerQuery } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";
import { testBody, tested } from "./test-schemas.ts";

/** Customers' words for their own types, and in place of those of built-in types. */
const LIST = "/api/v1/wordings";
const ONE = `${LIST}/{type}/{channel}/{locale}`;

const admins = { tags: ["Words"], middleware: access(null, ADMIN_ROLES) };

export const list = createRoute({
  ...admins,
  method: "get",
  path: LIST,
  operationId: "listWordings",
  summary: "The words that an organization has written",
  description: "By type, channel and locale. What it inherits from others is not among them.",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of words, without their text"), ...problems(400, 404) },
});

export const get = createRoute({
  ...admins,
  method: "get",
  path: ONE,
  operationId: "getWording",
  summary: "Read the words in use, and the latest version",
  request: { params: schemas.wordingParams, query: ownerQuery },
  responses: { 200: json(schemas.wording, "The words"), ...problems(400, 404) },
});

export const put = createRoute({
  ...admins,
  method: "put",
  path: ONE,
  operationId: "putWording",
  summary: "Write a version of the words, and publish it",
  description:
    "Fields that are the same as in the latest version make no new one. A template that cannot be parsed, or rendered with the type's sample, is refused with line and column. The channel must be one of the type's, or `sms`. There are at most 100 languages for a type and a channel (409 `too_many_locales`). Those of built-in types can be replaced on all of their channels, but not those of `push`, which are its caller's, and of `test`.",
  request: { params: schemas.wordingParams, query: schemas.putQuery, body: jsonBody(schemas.wordingBody) },
  responses: { 200: json(schemas.written, "As it is stored now"), ...problems(400, 404, 409, 413, 415) },
});

export const remove = createRoute({
  ...admins,
  method: "delete",
  path: ONE,
  operationId: "deleteWording",
  summary: "Take the words out of use",
  description: "Words are then inherited again. The versions stay, and can be published again.",
  request: { params: schemas.wordingParams, query: ownerQuery },
  responses: { 200: json(schemas.removed, "Out of use"), ...problems(400, 404) },
});

export const versions = createRoute({
  ...admins,
  method: "get",
  path: `${ONE}/versions`,
  operationId: "listWordingVersions",
  summary: "The versions of the words, the newest first",
  description: "The latest 100 are kept, and the one in use.",
  request: { params: schemas.wordingParams, query: schemas.versionsQuery },
  responses: { 200: json(schemas.versions, "A page of versions"), ...problems(400, 404) },
});

export const publish = createRoute({
  ...admins,
  method: "post",
  path: `${ONE}/publish`,
  operationId: "publishWording",
  summary: "Publish a version; an older one rolls back",
  request: { params: schemas.wordingParams, query: ownerQuery, body: jsonBody(schemas.publishBody) },
  responses: { 200: json(schemas.wording, "As it is stored now"), ...problems(400, 404, 413, 415) },
});

export const diff = createRoute({
  ...admins,
  method: "get",
  path: `${ONE}/diff`,
  operationId: "diffWordings",
  summary: "How two versions differ",
  description: "Only fields that differ, line by line.",
  request: { params: schemas.wordingParams, query: schemas.diffQuery },
  responses: { 200: json(schemas.diff, "The differences"), ...problems(400, 404) },
});

export const test = createRoute({
  ...admins,
  // It goes to the caller, and a service is nobody.
  middleware: access(null, ["org_admin", "global_admin"]),
  method: "post",
  path: `${ONE}/test`,
  operationId: "testWording",
  summary: "Send yourself a test of the words",
  description:
    "At once, on this channel, to the user who has the caller's id, and to nobody else: to that user's devices, inbox or address, which must be verified. The words are chosen as for a preview, published or not, also in place of a built-in type's. Five an hour, with those of `POST /api/v1/notifications/test`. 404 `no_user` where the directory has no such user in the caller's scope; 403 `no_user` for a service.",
  request: {
    params: schemas.wordingParams,
    query: ownerQuery,
    headers: z.object({ "idempotency-key": z.string().optional() }),
    body: jsonBody(testBody),
  },
  responses: {
    200: json(tested, "What came of it"),
    ...problems(400, 404, 409, 410, 413, 415, 422),
  },
});

export const preview = createRoute({
  ...admins,
  method: "post",
  path: `${ONE}/preview`,
  operationId: "previewWording",
  summary: "Render words as a reader gets them",
  description:
    "The given `fields`, or a `version`; without both the owner's latest version, or what it inherits: the words of an organization above, the service's, the built-in ones. With the organization's brand. 400 where there are no words, or neither data nor a sample.",
  request: { params: schemas.wordingParams, query: ownerQuery, body: jsonBody(schemas.previewBody) },
  responses: { 200: json(schemas.previewed, "The rendered words"), ...problems(400, 404, 413, 415) },
});
