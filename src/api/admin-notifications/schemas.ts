import { z } from "@hono/zod-openapi";
import { CHANNELS, STATUSES } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { pageQuery, pagination } from "../../http/pagination.ts";
import {
  anyDispatchId,
  batchId,
  between,
  directoryId,
  flag,
  inOrder,
  printedTime,
  searchText,
} from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

const dispatchId = z.string().openapi({ example: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd" });

const listItem = {
  dispatch_id: dispatchId,
  org_id: z.string().nullable(),
  type: z.string(),
  channel: z.string().openapi({ enum: [...CHANNELS] }),
  recipient_user_id: z.string(),
  status: z.enum(STATUSES),
  sent_at: printedTime.nullable().openapi({ description: "When the last attempt was made." }),
  error: z.string().optional().openapi({ description: "Only where there is one." }),
  error_code: z.string().optional(),
  followed_by: dispatchId
    .optional()
    .openapi({ description: "What followed on another channel when this one failed." }),
  follows: dispatchId.optional().openapi({ description: "The failed one that this one follows." }),
};

export const list = z
  .object({ data: z.array(z.object(listItem).openapi("DispatchEntry")), pagination })
  .openapi("DispatchLog");

export const searchBody = z
  .strictObject({
    query: searchText.openapi({
      description:
        "The id of a message, batch, event or record, as it is printed anywhere; or a user's id; or an address, which finds the messages to the users who have it now. Empty: all.",
    }),
    statuses: z.array(z.enum(STATUSES)).min(1).max(STATUSES.length).optional(),
    channel: z.enum(CHANNELS).optional(),
    type: plainText(64).optional(),
    org_id: directoryId.optional(),
    include_sub_orgs: z.boolean().default(false),
    ...between("Created"),
    limit: z.int().min(1).max(100).default(20),
    cursor: idCursor,
  })
  .refine(...inOrder)
  .openapi("DispatchSearch", { example: { query: "kari@example.com", statuses: ["failed", "bounced"] } });

export const searched = z
  .object({ data: z.array(list.shape.data.element), pagination: idPagination })
  .openapi("FoundDispatches");

export const detail = z
  .object({
    data: z.object({
      ...listItem,
      subject: z.string().nullable(),
      delivered_at: printedTime.nullable(),
      batch_id: z.string().nullable(),
      attempts: z.int(),
      provider: z.string().nullable(),
      note: z.string().nullable(),
      created_at: printedTime,
    }),
  })
  .openapi("DispatchDetail");

export const listQuery = z
  .object({
    ...pageQuery,
    org_id: directoryId.optional(),
    include_sub_orgs: flag
      .default(false)
      .openapi({ type: "string", enum: ["true", "false"], description: "With org_id: those below it, too." }),
    type: z.string().min(1).max(64).optional(),
    channel: z.enum(CHANNELS).optional(),
    status: z.enum(STATUSES).optional(),
    recipient_user_id: directoryId.optional(),
    batch_id: batchId.optional(),
    ...between("Created"),
  })
  .refine(...inOrder);

/** A text that is no id of ours gets 404, like an unknown id. */
export const idParam = z.object({ id: anyDispatchId.openapi({ param: { name: "id", in: "path" } }) });

export const remindBody = z.strictObject({ user_id: directoryId }).openapi("CertificationReminder");

export const reminded = z
  .object({
    data: z.object({
      dispatch_id: dispatchId,
      user_id: z.string(),
      type: z.literal("certification_reminder"),
      status: z.enum(STATUSES),
      queued_at: printedTime,
    }),
  })
  .openapi("CertificationReminderQueued");

export const bulkBody = z
  .strictObject({
    org_id: directoryId,
    days_threshold: z.int().min(1).max(3_650),
    include_sub_orgs: z.boolean().default(false),
  })
  .openapi("BulkCertificationReminders");

export const bulkReminded = z
  .object({
    data: z.object({
      org_id: z.string(),
      days_threshold: z.int(),
      total_eligible: z.int(),
      dispatched: z.int(),
      failed: z.int().openapi({ description: "Users who cannot be mailed; logged with the reason." }),
      skipped: z.int().openapi({
        description:
          "Users reminded of the same expiry within 24 hours, or who had switched that reminder off.",
      }),
      dispatch_ids: z
        .array(dispatchId)
        .openapi({ description: "The first 1,000; `batch_id` finds them all." }),
      batch_id: z.string(),
      dispatched_at: printedTime,
    }),
  })
  .openapi("BulkCertificationRemindersQueued");

export const changeBody = z
  .discriminatedUnion("action", [
    z.strictObject({ action: z.literal("retry") }),
    z.strictObject({ action: z.literal("update"), note: plainText(2_000) }),
  ])
  .openapi("DispatchChange");

const changedBase = { dispatch_id: dispatchId, status: z.enum(STATUSES) };

export const changed = z
  .object({
    data: z.union([
      z.object({ ...changedBase, retried_at: printedTime }),
      z.object({ ...changedBase, note: z.string(), updated_at: printedTime }),
    ]),
  })
  .openapi("DispatchChanged");

export const cancelled = z
  .object({ data: z.object({ ...changedBase, cancelled_at: printedTime }) })
  .openapi("DispatchCancelled");
