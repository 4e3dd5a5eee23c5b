import { createRoute } from "@hono/zod-openapi";
import { json, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

export const key = createRoute({
  method: "get",
  path: "/api/v1/push/vapid-key",
  tags: ["Push notifications"],
  operationId: "getVapidKey",
  summary: "The key with which browsers subscribe to Web Push",
  description:
    "A page passes it to `pushManager.subscribe`, and sends what it gets to `POST /api/v1/notifications/device-tokens`. The key is public and the same for everybody, so that no token is needed. It may be cached for five minutes.",
  security: [],
  request: { query: schemas.keyQuery },
  responses: { 200: json(schemas.key, "The public key"), ...problems(400, 404) },
});
