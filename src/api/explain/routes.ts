import { createRoute } from "@hono/zod-openapi";
import { access } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

export const explain = createRoute({
  tags: ["Explain"],
  middleware: access(null),
  method: "post",
  path: "/api/v1/explain",
  operationId: "explain",
  summary: "Why is a message sent, or not?",
  description:
    "Says what each rule says of a message, what comes of it, and how it looks: of a message that there is, or of one that nobody has made. The rules are those of sending itself. Nothing is sent, written or taken. Admins ask about the users of their organizations; users about themselves, without what is for staff: the rules and what comes of them, but how it looks only of a message that has been sent to them, or of a built-in type.",
  request: { body: jsonBody(schemas.explainBody) },
  responses: { 200: json(schemas.explanation, "Each rule, by channel"), ...problems(400, 404, 413, 415) },
});
