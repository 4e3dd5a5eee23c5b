import { z } from "@hono/zod-openapi";
import { EVENT_TYPES } from "../../channels/webhook/events.ts";
import { DISABLED_REASONS } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { ownerField } from "../../http/owner.ts";
import { pageQuery } from "../../http/pagination.ts";
import { listOf, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

const endpointId = z.string().openapi({ example: "whe_01kmmbgh80f3zrr53mxg4hfzk0" });

export const idParam = z.object({ id: endpointId.openapi({ param: { name: "id", in: "path" } }) });

const url = z.string().min(1).max(2_000).openapi({
  description:
    "https, a public host by its name, the default port, no credentials. Put no secret into it: it is stored as it is, and shown to all admins of the organization; verify the signature instead. On a development machine also http://localhost with any port.",
  example: "https://example.com/webhooks/tidings",
});

const types = listOf(z.enum(EVENT_TYPES), EVENT_TYPES.length, { noun: "types" })
  .nullable()
  .openapi({
    description: "The types of events that it wants. Null: all, also those that a later version adds.",
    example: ["message.delivered", "message.failed"],
  });

const description = plainText(200).nullable();

export const listQuery = z.object({ ...ownerField, limit: pageQuery.limit, cursor: idCursor });

export const body = z
  .strictObject({ url, types: types.default(null), description: description.default(null) })
  .openapi("WebhookEndpointBody", {
    example: {
      url: "https://example.com/webhooks/tidings",
      types: ["message.delivered", "message.failed"],
      description: "Our CRM",
    },
  });

export const change = z
  .strictObject({
    url: url.optional(),
    types: types.optional(),
    description: description.optional(),
    enabled: z
      .boolean()
      .optional()
      .openapi({ description: "True begins anew: what it was disabled for is forgotten." }),
  })
  .openapi("WebhookEndpointChange", { example: { enabled: true } });

const fields = {
  id: endpointId,
  org_id: z
    .string()
    .nullable()
    .openapi({ description: "It hears of this organization and of all below it. Null: of everything." }),
  url: z.string(),
  types: z.array(z.string()).nullable(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabled_reason: z.enum(DISABLED_REASONS).nullable().openapi({
    description:
      "`by_hand`: somebody switched it off. `gone`: it has answered 410. `failing`: for five days it has taken nothing.",
  }),
  disabled_at: printedTime.nullable(),
  failing_since: printedTime.nullable().openapi({
    description: "The first failure since it last took a webhook. Null: it works, or has got nothing yet.",
  }),
  previous_secret_until: printedTime
    .nullable()
    .openapi({ description: "Until then the secret before the last rotation signs, too." }),
  queued_today: z.int().openapi({
    description:
      "Webhooks that were made for it today (UTC). Beyond 100,000 none is made; beyond 50,000 of what users cause at will (`preferences.changed`, `message.read`, `device.invalidated`) none of these.",
  }),
  created_at: printedTime,
  updated_at: printedTime,
};

const example = {
  id: "whe_01kmmbgh80f3zrr53mxg4hfzk0",
  org_id: "org_ab12",
  url: "https://example.com/webhooks/tidings",
  types: ["message.delivered", "message.failed"],
  description: "Our CRM",
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  previous_secret_until: null,
  queued_today: 17,
  created_at: "2026-03-26T08:00:00.000Z",
  updated_at: "2026-03-26T08:00:00.000Z",
};

export const endpoint = z.object(fields).openapi("WebhookEndpoint", { example });

export const withSecret = z
  .object({
    ...fields,
    secret: z.string().openapi({ description: "It is shown this once. Whoever has it can sign as we do." }),
  })
  .openapi("WebhookEndpointWithSecret", {
    example: { ...example, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=" },
  });

export const list = z
  .object({ data: z.array(endpoint), pagination: idPagination })
  .openapi("WebhookEndpointList");

export const deleted = z
  .object({ deleted: z.literal(true), id: endpointId })
  .openapi("WebhookEndpointDeleted", { example: { deleted: true, id: example.id } });

export const rotation = z
  .strictObject({
    overlap_hours: z.int().min(0).max(168).default(24).openapi({
      description: "For so long the present secret signs, too. 0: it leaked, and signs no more.",
    }),
  })
  .openapi("WebhookSecretRotation", { example: { overlap_hours: 24 } });

/** What our requests to an endpoint carry. */
export const webhookHeaders = z.object({
  "webhook-id": z.string().openapi({ description: "The same for every attempt and every replay." }),
  "webhook-timestamp": z.string().openapi({ description: "Of the attempt, in seconds since 1970." }),
  "webhook-signature": z.string().openapi({ description: "`v1,…`; several during a rotation." }),
});

export const webhookBody = z
  .object({
    type: z.enum(EVENT_TYPES),
    version: z.literal(1),
    timestamp: printedTime.openapi({ description: "When it happened." }),
    data: z
      .record(z.string(), z.unknown())
      .openapi({ description: "Ids and codes; never an address, a token or a text." }),
  })
  .openapi("WebhookBody", {
    example: {
      type: "device.invalidated",
      version: 1,
      timestamp: "2026-03-26T08:00:00.000Z",
      data: {
        user_id: "usr_4bc8d2",
        org_id: "org_ab12",
        provider: "expo",
        platform: "ios",
        app: null,
        code: "device_not_registered",
      },
    },
  });
