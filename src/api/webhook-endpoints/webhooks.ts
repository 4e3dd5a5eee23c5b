import { EVENT_TYPES } from "../../channels/webhook/events.ts";
import type { App } from "../../http/app-env.ts";
import { jsonBody } from "../../http/schemas.ts";
import * as schemas from "./schemas.ts";

const SIGNED =
  "Signed by Standard Webhooks 1.0.0. It may come twice under the same `webhook-id`, and in any order.";

/** What is to be known of a type beside that. */
const NOTES: Partial<Record<(typeof EVENT_TYPES)[number], string>> = {
  "suppression.added":
    "Once for each user who has the address or the number verified, up to 100 of them: to each organization of its own users, whoever sent the message that bounced.",
  "preferences.changed": "Users cause it at will: it may fill half of an endpoint's day.",
  "message.read": "Users cause it at will: it may fill half of an endpoint's day.",
  "device.invalidated": "Users cause it at will: it may fill half of an endpoint's day.",
};

/** Describes, in the section `webhooks` of /openapi.json, the requests that we make. */
export function describeWebhooks(app: App): void {
  for (const type of EVENT_TYPES)
    app.openAPIRegistry.registerWebhook({
      method: "post",
      path: type,
      operationId: `on${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: ["Webhooks"],
      summary: `We call your endpoint: ${type}`,
      description: [NOTES[type], SIGNED].filter(Boolean).join(" "),
      request: { headers: schemas.webhookHeaders, body: jsonBody(schemas.webhookBody) },
      responses: {
        204: { description: "Any 2xx: taken" },
        410: { description: "The endpoint is disabled" },
        default: { description: "Tried again, up to ten times within three days" },
      },
    });
}
