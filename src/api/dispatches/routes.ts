import { createRoute } from "@hono/zod-openapi";
import { access } from "../../http/access.ts";
import { json, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

/** Messages of every channel, for those who ask what became of one. */
const BASE = "/api/v1/dispatches";

export const timeline = createRoute({
  tags: ["Dispatch log"],
  middleware: access(null),
  method: "get",
  path: `${BASE}/{id}/timeline`,
  operationId: "getTimeline",
  summary: "What happened to a message, from its making to its end",
  description:
    "Of any channel, by any of its ids. Admins see those in scope, and users their own, without what only staff see: persons, notes, keys and the provider's id.",
  request: { params: schemas.idParam },
  responses: { 200: json(schemas.timeline, "The timeline"), ...problems(404) },
});
