import { z } from "@hono/zod-openapi";
import { TEST_TYPE } from "../../channels/webhook/events.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { pageQuery } from "../../http/pagination.ts";
import { instant, printedTime } from "../../http/schemas.ts";
import { idParam } from "./schemas.ts";

const messageId = z.string().openapi({ example: "whm_01kmmbgh80f3zrr53mxg4hfzk1" });

export const messageParam = idParam.extend({
  message: messageId.openapi({ param: { name: "message", in: "path" } }),
});

export const MESSAGE_STATUSES = ["queued", "sending", "sent", "failed", "cancelled"] as const;

export const messagesQuery = z.object({
  status: z.enum(MESSAGE_STATUSES).optional(),
  limit: pageQuery.limit,
  cursor: idCursor,
});

const attempt = z.object({
  at: printedTime,
  outcome: z
    .string()
    .openapi({ description: "`accepted`: a 2xx. `retry`: it is tried again. `rejected`: it is not." }),
  status: z.int().optional().openapi({ description: "Of the answer. Missing: none came." }),
  duration_ms: z.int().optional(),
  code: z.string().optional(),
});

export const message = z
  .object({
    id: messageId.openapi({ description: "The header `webhook-id`, the same for every attempt." }),
    type: z.string().openapi({ description: `A type of events, or \`${TEST_TYPE}\`.` }),
    status: z.enum(MESSAGE_STATUSES).openapi({
      description:
        "`sent`: the receiver took it. `failed`: it did not, and no attempt is left. `cancelled`: the endpoint was disabled or deleted.",
    }),
    code: z.string().nullable().openapi({ description: "Why it has failed, or is tried again." }),
    created_at: printedTime,
    next_attempt_at: printedTime.nullable(),
    attempts: z
      .array(attempt)
      .openapi({ description: "In order. Of very many those in the middle are left out." }),
    body: z
      .record(z.string(), z.unknown())
      .openapi({ description: "What is sent: `type`, `version`, `timestamp` and `data`." }),
  })
  .openapi("WebhookMessage", {
    example: {
      id: "whm_01kmmbgh80f3zrr53mxg4hfzk1",
      type: "message.delivered",
      status: "sent",
      code: null,
      created_at: "2026-03-26T08:00:00.000Z",
      next_attempt_at: null,
      attempts: [
        { at: "2026-03-26T08:00:00.100Z", outcome: "retry", status: 503, duration_ms: 84, code: "http_503" },
        { at: "2026-03-26T08:00:05.400Z", outcome: "accepted", status: 200, duration_ms: 61 },
      ],
      body: {
        type: "message.delivered",
        version: 1,
        timestamp: "2026-03-26T08:00:00.000Z",
        data: {
          id: "dsp_01kmmbgh80f3zrr53mxg4hfzk0",
          channel: "email",
          type: "order_shipped",
          status: "delivered",
          code: null,
          user_id: "usr_4bc8d2",
          org_id: "org_ab12",
          event_id: "evt_01kmmbgh80f3zrr53mxg4hfzk0",
          batch_id: null,
        },
      },
    },
  });

export const messages = z
  .object({ data: z.array(message), pagination: idPagination })
  .openapi("WebhookMessageList");

const time = (description: string) =>
  instant.openapi({ type: "string", format: "date-time", description, example: "2026-03-26T08:00:00Z" });

export const replay = z
  .strictObject({
    since: time("What happened from this time on. Webhooks are kept for a week."),
    until: time("What happened before this time. Without it: until now.").optional(),
    include_sent: z.boolean().default(false).openapi({
      description: "Also those that the receiver has taken: it must leave out what it has seen.",
    }),
    after: messageId.optional().openapi({ description: "`next_after` of the call before." }),
  })
  .openapi("WebhookReplay", { example: { since: "2026-03-26T08:00:00Z" } });

export const replayed = z
  .object({
    replayed: z.int(),
    next_after: messageId.optional().openapi({ description: "Present when there may be more." }),
  })
  .openapi("WebhookReplayed", { example: { replayed: 12 } });
