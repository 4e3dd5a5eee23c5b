import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { orgParam } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

const admins = {
  tags: ["Words"],
  middleware: access(null, ADMIN_ROLES),
  path: "/api/v1/orgs/{id}/brand",
};

export const get = createRoute({
  ...admins,
  method: "get",
  operationId: "getBrand",
  summary: "An organization's brand in e-mails, and what it inherits",
  request: { params: orgParam },
  responses: { 200: json(schemas.brand, "The brand"), ...problems(400, 404) },
});

export const put = createRoute({
  ...admins,
  method: "put",
  operationId: "putBrand",
  summary: "Replace an organization's brand",
  description: "It holds for every e-mail that is sent from then on.",
  request: { params: orgParam, body: jsonBody(schemas.body) },
  responses: { 200: json(schemas.brand, "The brand now"), ...problems(400, 404, 413, 415) },
});
