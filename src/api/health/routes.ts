import { createRoute } from "@hono/zod-openapi";
import { json, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

export const check = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["Operations"],
  operationId: "getHealth",
  summary: "Is the service well?",
  description:
    "200 when it is; 503 when the cron has not come (yet), a job fails, a dispatch is more than ten minutes late, or the database is 80 % full. For uptime monitors; needs no token.",
  security: [],
  responses: {
    200: json(schemas.health, "It is well"),
    429: problems()[429],
    503: {
      description: "It needs a look, or cannot even say",
      content: { ...json(schemas.health, "").content, ...problems()[503].content },
    },
  },
});
