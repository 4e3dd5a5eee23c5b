import { createRoute } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { orgParam } from "../../http/owner.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import { MAX_DEFAULTS } from "../../preferences/org-preferences.ts";
import * as schemas from "./schemas.ts";

const admins = {
  tags: ["Preferences"],
  middleware: access(null, ADMIN_ROLES),
  path: "/api/v1/orgs/{id}/preferences",
};

export const get = createRoute({
  ...admins,
  method: "get",
  operationId: "getOrgPreferences",
  summary: "What an organization has set for its users, and what it inherits",
  description:
    "`categories`, `quiet_hours` and `locale` are what it has set itself; `inherited` is what holds by those above it. A default is what users have until they choose; a locked cell is not theirs to choose. The nearest organization's default counts, but the highest one's lock. An org_admin reads the own organization and those below.",
  request: { params: orgParam },
  responses: { 200: json(schemas.settings, "What it has set"), ...problems(400, 404) },
});

export const patch = createRoute({
  ...admins,
  method: "patch",
  operationId: "updateOrgPreferences",
  summary: "Change some defaults, the quiet hours or the language",
  description: `What is not given stays; null removes it, so that it is inherited again. It holds for every message that is sent from then on. 403 \`lock_not_allowed\`: only service and global_admin may lock a cell on. 409 \`locked\`: an organization above has locked the cell, and nothing changes. An organization has defaults in at most ${MAX_DEFAULTS} categories.`,
  request: { params: orgParam, body: jsonBody(schemas.change) },
  responses: { 200: json(schemas.settings, "What it has set now"), ...problems(400, 404, 409, 413, 415) },
});
