import { z } from "@hono/zod-openapi";
import { CHANNELS, EVENT_STATUSES, STATUSES } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { pageQuery } from "../../http/pagination.ts";
import { directoryId, instant, jsonObject, listOf, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";
import { recipients } from "./recipients.ts";

/** The largest data of an event, as JSON. */
const MAX_DATA_BYTES = 32_768;

const eventId = z.string().openapi({ example: "evt_01jq8z3k5te8v9m4p2r7x6w1yd" });

const time = (description: string) =>
  instant.optional().openapi({ type: "string", format: "date-time", description });

/** The data of an event. */
export const eventData = jsonObject.refine(
  (data) => new TextEncoder().encode(JSON.stringify(data)).length <= MAX_DATA_BYTES,
  { error: `must have at most ${MAX_DATA_BYTES} bytes as JSON` },
);

export const sendBody = z
  .strictObject({
    type: directoryId.openapi({ description: "One of your own types.", example: "order_shipped" }),
    org_id: directoryId.optional().openapi({
      description:
        "On whose behalf: the type and the topic are looked up there and in those above. Left out: the own organization of an org_admin, else the service.",
    }),
    recipients,
    data: eventData.openapi({ description: "Fits the type's schema. At most 32 KB as JSON." }),
    key: plainText(256).optional().openapi({
      description:
        "The dedupe key. The type says what is made once under it: the event (a second one is answered with the first), or the message to each recipient and channel.",
    }),
    send_at: time("Not before this time, which is at most 365 days ahead."),
    expires_at: time("Not sent after this time. The type may set an earlier one."),
    channels: listOf(z.enum(CHANNELS), CHANNELS.length)
      .refine((channels) => new Set(channels).size === channels.length, "must not name a channel twice")
      .optional()
      .openapi({
        type: "array",
        items: { type: "string", enum: [...CHANNELS] },
        maxItems: CHANNELS.length,
        description: "Only these of the type's channels.",
      }),
    actor: directoryId.optional().openapi({ description: "The id of the user who caused it." }),
    dry_run: z.boolean().default(false).openapi({
      description:
        "Makes no message, and counts how many would be made, and why others would not. Whether the type has words is not looked at. It takes no key.",
    }),
  })
  .refine(
    ({ send_at, expires_at }) => send_at === undefined || expires_at === undefined || send_at < expires_at,
    { path: ["expires_at"], error: "must be after send_at" },
  )
  .openapi("EventSend", {
    example: {
      type: "order_shipped",
      recipients: { users: ["usr_4bc8d2"] },
      data: { order: "1042", carrier: "Posten" },
      key: "order-1042-shipped",
    },
  });

const numbers = z.record(z.string(), z.record(z.string(), z.int()));

const fields = {
  id: eventId,
  type: z.string(),
  org_id: z.string().nullable().openapi({ description: "On whose behalf; null: the service's." }),
  key: z.string().nullable(),
  status: z.enum(EVENT_STATUSES).openapi({
    description:
      "`running`: messages are still being made. `done`: all are made, though perhaps not sent. `cancelled`: no further one is made, and those still queued are cancelled.",
  }),
  recipients: z
    .object({
      user_count: z.int().optional(),
      topic: z.string().optional(),
      org_id: z.string().optional(),
      include_sub_orgs: z.boolean().optional(),
      connection_count: z.int().optional(),
    })
    .openapi({ description: "Whom it is for. Of users only their number is kept: see the messages." }),
  recipient_count: z.int().openapi({ description: "Recipients handled so far." }),
  message_count: z.int().openapi({ description: "Messages made so far; of a dry run: that would be made." }),
  skipped: numbers.openapi({
    description:
      "Channel → reason → messages that were not made. Reasons: `unsubscribed`, `no_address`, `unverified`, `suppressed`, `no_device`, `no_connection`, `connection_paused`, `connection_broken`, `unknown_user`, `expired`, `throttled`, `duplicate`, `not_configured` (the service does not have the channel), and `collected` (it is part of another message).",
    example: { email: { unsubscribed: 12 } },
  }),
  channels: z.array(z.string()).nullable(),
  actor: z.string().nullable(),
  dry_run: z.boolean(),
  send_at: printedTime.nullable(),
  expires_at: printedTime.nullable().openapi({ description: "The earlier of the call's and the type's." }),
  created_at: printedTime,
};

const example = {
  id: "evt_01jq8z3k5te8v9m4p2r7x6w1yd",
  type: "order_shipped",
  org_id: "org_9c1d4e",
  key: "order-1042-shipped",
  status: "done" as const,
  recipients: { user_count: 4 },
  recipient_count: 4,
  message_count: 3,
  skipped: { email: { unsubscribed: 1 } },
  channels: null,
  actor: null,
  dry_run: false,
  send_at: null,
  expires_at: null,
  created_at: "2026-03-26T08:00:00.000Z",
};

export const event = z.object(fields).openapi("Event", { example });

export const counted = z
  .object({
    ...fields,
    counts: numbers.openapi({
      description: "Channel → status → messages.",
      example: { email: { delivered: 3 } },
    }),
    errors: numbers.openapi({ description: "Channel → error code → messages." }),
    counted_at: printedTime.openapi({
      description: "When the messages were counted. Above 5,000 they are counted once a minute at most.",
    }),
  })
  .openapi("EventWithCounts", {
    example: {
      ...example,
      counts: { email: { delivered: 2, bounced: 1 } },
      errors: { email: { hard_bounce: 1 } },
      counted_at: "2026-03-26T08:05:00.000Z",
    },
  });

const lastPage = { limit: 20 };

export const list = z
  .object({ data: z.array(event), pagination: idPagination })
  .openapi("EventList", { example: { data: [example], pagination: lastPage } });

const messageExample = {
  dispatch_id: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd",
  org_id: "org_9c1d4e",
  channel: "email",
  recipient_user_id: "usr_4bc8d2",
  status: "delivered" as const,
  due_at: "2026-03-26T08:00:00.000Z",
  sent_at: "2026-03-26T08:00:02.000Z",
};

const message = z
  .object({
    dispatch_id: z.string().openapi({ example: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd" }),
    org_id: z.string().nullable(),
    channel: z.string(),
    recipient_user_id: z.string(),
    status: z.enum(STATUSES),
    due_at: printedTime,
    sent_at: printedTime.nullable(),
    error: z.string().optional(),
    error_code: z.string().optional(),
  })
  .openapi("EventMessage", { example: messageExample });

export const messages = z
  .object({ data: z.array(message), pagination: idPagination })
  .openapi("EventMessageList", { example: { data: [messageExample], pagination: lastPage } });

const cursor = idCursor.openapi({
  description:
    "`next_cursor` of the page before. With a filter a page may be short and still have a next one.",
});
export const listQuery = z.object({
  type: directoryId.optional(),
  status: z.enum(EVENT_STATUSES).optional(),
  limit: pageQuery.limit,
  cursor,
});
export const messagesQuery = z.object({
  status: z.enum(STATUSES).optional(),
  channel: z.enum(CHANNELS).optional(),
  limit: pageQuery.limit,
  cursor,
});

/** A text that is no id of ours gets 404, like an unknown id. */
export const idParam = z.object({ id: eventId.openapi({ param: { name: "id", in: "path" } }) });
