import { z } from "@hono/zod-openapi";
import { SEND_CHANNELS } from "../../notifications/push/send-one.ts";
import { CHANNELS } from "../../db/schema/index.ts";
import { pageQuery, pagination } from "../../http/pagination.ts";
import { options, withContentRules } from "./options.ts";
import {
  anyDispatchId,
  directoryId,
  inOrder,
  instant,
  jsonObject,
  listOf,
  printedTime,
} from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

/** Statuses of this view: the pipeline's, and marks that a person set. */
export const STATUSES = ["queued", "sending", "sent", "failed", "cancelled", "retried", "resolved"] as const;
export type ViewStatus = (typeof STATUSES)[number];

export const notificationId = z.string().openapi({ example: "notif_01jq8z3k5te8v9m4p2r7x6w1yd" });
export const status = z.enum(STATUSES);
const reference = plainText(128);

/** The two kinds of pushes, as far as JSON Schema can say it; the descriptions say the rest. */
export const SHOWN_OR_SILENT = [{ required: ["title", "body"] }, { required: ["options"] }];

const NEEDED =
  "Needed, but for a silent push (`options.content_available`), which has neither title nor body.";

/** What a push says, and to whom. */
export const content = {
  user_id: directoryId,
  title: plainText(1_000).optional().openapi({ description: NEEDED }),
  body: plainText(4_096).optional().openapi({ description: NEEDED }),
  data: jsonObject.optional().openapi({ description: "Goes to the app with the push." }),
  prompt_id: reference.optional().openapi({ description: "Taken from `data` when it stands only there." }),
  scenario_id: reference.optional().openapi({ description: "Taken from `data` when it stands only there." }),
  options: options.optional(),
};

export const sendBody = withContentRules(
  z.strictObject({
    ...content,
    channels: listOf(z.enum(SEND_CHANNELS), SEND_CHANNELS.length)
      .refine((channels) => new Set(channels).size === channels.length, "must not name a channel twice")
      .optional()
      .openapi({
        type: "array",
        items: { type: "string", enum: [...SEND_CHANNELS] },
        minItems: 1,
        maxItems: SEND_CHANNELS.length,
        description:
          "Where it is sent at the same time: `push` (the default), `in_app` (the user's inbox), or both.",
      }),
    send_at: instant.optional().openapi({
      type: "string",
      format: "date-time",
      description: "Not before this time, which is at most 365 days ahead.",
    }),
    expires_at: instant.optional().openapi({
      type: "string",
      format: "date-time",
      description:
        "Not sent after this time, which must be in the future; it then fails as `expired`. What has come to an inbox by then stays there.",
    }),
    fallback: z
      .enum(CHANNELS)
      .exclude(["push"])
      .optional()
      .openapi({ description: "The channel that follows if the push fails." }),
  }),
)
  .refine(
    ({ send_at, expires_at }) => send_at === undefined || expires_at === undefined || send_at < expires_at,
    {
      path: ["expires_at"],
      error: "must be after send_at",
    },
  )
  .refine(({ channels, fallback }) => fallback === undefined || (channels ?? ["push"]).includes("push"), {
    path: ["fallback"],
    error: "needs `push` among the channels: only a push can fail",
  })
  .refine(({ channels, fallback }) => fallback !== "in_app" || !channels?.includes("in_app"), {
    path: ["fallback"],
    error: "is sent to anyway",
  })
  .openapi("PushSend", {
    anyOf: SHOWN_OR_SILENT,
    example: {
      user_id: "usr_4bc8d2",
      title: "Time to log your run!",
      body: "You haven't recorded an activity in 3 days. Keep your training on track.",
      data: { deep_link: "eirapp://wizard/activity?scenario=missed_activity_3day" },
      prompt_id: "ph_9c1d4e",
      scenario_id: "missed_activity_3day",
      options: { sound: "chime.wav", badge: 1, ttl: 3_600, channel_id: "training" },
    },
  });

const summary = {
  id: notificationId,
  user_id: z.string(),
  title: z.string(),
  body: z.string(),
  delivered_count: z
    .int()
    .openapi({ description: "Devices whose push service took it, corrected by receipts." }),
  failed_count: z.int(),
  sent_at: printedTime.nullable().openapi({ description: "When the last attempt was made." }),
  status,
  error_code: z.string().optional(),
  error: z.string().optional(),
  followed_by: notificationId
    .optional()
    .openapi({ description: "The message on the `fallback` channel, once it has followed." }),
  follows: notificationId.optional().openapi({ description: "The failed message that this one follows." }),
};

const references = { scenario_id: z.string().nullable(), prompt_id: z.string().nullable() };

/** What a send answers. */
export const sent = z
  .object({
    ...summary,
    device_tokens_targeted: z.int(),
    dispatch_ids: z
      .array(notificationId)
      .optional()
      .openapi({ description: "Where `channels` were named: the message on each, the push first." }),
  })
  .openapi("PushSent");

export const listItem = z
  .object({ ...summary, ...references, device_tokens_targeted: z.int() })
  .openapi("PushListItem");

export const list = z.object({ data: z.array(listItem), pagination }).openapi("PushList");

export const record = z
  .object({
    ...summary,
    ...references,
    data: jsonObject.nullable(),
    options: options.optional(),
    device_tokens: z.array(z.string()),
    retry_note: z.string().optional().openapi({ description: "For staff: a user does not see it." }),
  })
  .openapi("PushRecord");

export const annotateBody = z
  .strictObject({
    status: z.enum(["retried", "resolved"]).optional(),
    retry_note: plainText(2_000).optional(),
  })
  .refine(
    (body) => body.status !== undefined || body.retry_note !== undefined,
    "status or retry_note is needed",
  )
  .openapi("PushAnnotation");

export const annotated = z
  .object({ id: notificationId, status, retry_note: z.string().nullable(), updated_at: printedTime })
  .openapi("PushAnnotated");

export const deleted = z.object({ deleted: z.literal(true), id: notificationId }).openapi("PushDeleted");

export const listQuery = z
  .object({
    ...pageQuery,
    user_id: directoryId.optional(),
    status: status.optional(),
    scenario_id: reference.optional(),
    prompt_id: reference.optional(),
    batch_id: z.string().max(64).optional(),
    from: instant
      .optional()
      .openapi({ type: "string", format: "date-time", description: "Created at or after." }),
    to: instant.optional().openapi({ type: "string", format: "date-time", description: "Created before." }),
  })
  .refine(...inOrder);

export const idParam = z.object({ id: anyDispatchId.openapi({ param: { name: "id", in: "path" } }) });
