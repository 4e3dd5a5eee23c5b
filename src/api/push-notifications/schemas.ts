import { z } from "@hono/zod-openapi";
import { pageQuery, pagination } from "../../http/pagination.ts";
import {
  anyDispatchId,
  batchId,
  between,
  directoryId,
  inOrder,
  jsonObject,
  printedTime,
} from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";
import { options, reference } from "./send-body.ts";

/** Statuses of this view: the pipeline's, and marks that a person set. */
export const STATUSES = ["queued", "sending", "sent", "failed", "cancelled", "retried", "resolved"] as const;
export type ViewStatus = (typeof STATUSES)[number];

export const notificationId = z.string().openapi({ example: "notif_01jq8z3k5te8v9m4p2r7x6w1yd" });
export const status = z.enum(STATUSES);

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
    batch_id: batchId.optional(),
    ...between("Created"),
  })
  .refine(...inOrder);

export const idParam = z.object({ id: anyDispatchId.openapi({ param: { name: "id", in: "path" } }) });
