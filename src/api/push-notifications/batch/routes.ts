import { createRoute } from "@hono/zod-openapi";
import { json, jsonBody, problems } from "../../../http/schemas.ts";
import { admins, BASE, sendHeaders, WAITS } from "../routes.ts";
import * as schemas from "./schemas.ts";

export const send = createRoute({
  ...admins,
  method: "post",
  path: `${BASE}/batch`,
  operationId: "sendPushBatch",
  summary: "Send pushes to up to 1,000 targets",
  description: `${WAITS} A target that is wrong fails as \`invalid_request\`, is named in \`errors\`, and keeps none of the others from being sent; where none can be sent, the answer is 400. Unknown users fail by themselves, too. What is over a user's hourly budget is sent later; what would come more than 24 hours later is not taken, and fails as \`rate_limited\`. Where it is more than is left of an organization's daily quota, all of it is refused with 429.`,
  request: { headers: sendHeaders, body: jsonBody(schemas.sendBody) },
  responses: {
    201: json(schemas.sent, "The outcome of each target"),
    202: json(schemas.sent, "Taken; not all outcomes are known yet"),
    ...problems(400, 413, 415, 422),
  },
});
