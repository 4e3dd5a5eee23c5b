import { z } from "@hono/zod-openapi";
import { FREQUENCIES } from "../../db/schema/index.ts";
import { pageQuery } from "../../http/pagination.ts";
import { anyDispatchId, directoryId, listOf, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";
import { TYPE_IDS } from "../../notifications/registry.ts";

/** The contract's states of an e-mail. */
export const HISTORY_STATUSES = ["pending", "sent", "delivered", "bounced", "failed"] as const;
export type HistoryStatus = (typeof HISTORY_STATUSES)[number];

/** More than there are different ones, so that a caller may repeat some. */
const MAX_DAYS = 100;

const dayList = listOf(z.int().min(0).max(30), MAX_DAYS).transform((days) =>
  [...new Set(days)].toSorted((a, b) => b - a),
);

const settings = {
  email_notifications_enabled: z.boolean().openapi({ description: "Off: nothing but test e-mails is sent." }),
  notification_frequency: z.enum(FREQUENCIES).openapi({ description: "When new matches are sent." }),
  new_match_notifications: z.boolean(),
  match_threshold: z
    .int()
    .min(0)
    .max(100)
    .openapi({ description: "The lowest score of a match that is sent." }),
  deadline_notifications: z.boolean(),
  deadline_reminder_days: dayList.openapi({
    description: "Days before a deadline. Kept without repeats, largest first.",
  }),
  weekly_digest_enabled: z.boolean(),
  weekly_digest_day: z.int().min(0).max(6).openapi({ description: "0 = Sunday … 6 = Saturday." }),
  application_status_notifications: z.boolean(),
};

export const preferencesUpdate = z
  .strictObject(settings)
  .partial()
  .openapi("NotificationPreferencesUpdate", {
    example: { match_threshold: 80, deadline_reminder_days: [14, 7, 3], weekly_digest_enabled: false },
  });

const id = z.string().openapi({ description: "A UUID." });

export const preferences = z
  .object({
    id,
    user_id: z.string(),
    ...settings,
    deadline_reminder_days: z.array(z.int()),
    created_at: printedTime,
    updated_at: printedTime,
  })
  .openapi("NotificationPreferences");

const type = z.string().openapi({ example: "new_match" });

export const historyItem = z
  .object({
    id,
    user_id: z.string(),
    notification_type: type,
    email_subject: z
      .string()
      .nullable()
      .openapi({ description: "Null, too, for its user until it is sent; admins see it." }),
    email_to: z.string().nullable(),
    email_template: z.string(),
    status: z.enum(HISTORY_STATUSES),
    grant_id: z.string().nullable(),
    match_id: z.string().nullable(),
    sent_at: printedTime.nullable(),
    delivered_at: printedTime.nullable(),
    message_id: z.string().nullable(),
    created_at: printedTime,
    error: z.string().optional(),
    follows: id
      .optional()
      .openapi({ description: "The push that failed before this e-mail was sent. A UUID." }),
    followed_by: id.optional().openapi({ description: "What followed on another channel. A UUID." }),
  })
  .openapi("NotificationHistoryItem");

export const historyList = z
  .object({
    items: z.array(historyItem),
    total: z.int(),
    page: z.int(),
    page_size: z.int(),
    total_pages: z.int(),
    total_capped: z.boolean().optional().openapi({ description: "True when there are more than 10,000." }),
    next_cursor: z.string().optional().openapi({ description: "Present when there is more." }),
  })
  .openapi("NotificationHistoryList");

const named = {
  user_id: directoryId.optional().openapi({
    description: "A user in the caller's scope: a service must name one, admins may. Left out: the caller.",
  }),
};

export const subjectQuery = z.object(named);

export const historyQuery = z.object({
  ...named,
  notification_type: z.enum(TYPE_IDS).optional(),
  status: z.enum(HISTORY_STATUSES).optional(),
  page: pageQuery.page,
  page_size: pageQuery.limit,
  cursor: pageQuery.cursor,
});

export const idParam = z.object({
  // The contract wants 400 for a text without an id's form. Any unknown id, also of another kind, gets 404.
  notification_id: anyDispatchId
    .regex(/^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[a-z]+_[0-9a-z]{26})$/, "must be an id")
    .openapi({ param: { name: "notification_id", in: "path" } }),
});

export const testBody = z
  .strictObject({
    email_type: z.enum(TYPE_IDS).default("test"),
    custom_subject: plainText(200).optional().openapi({
      description:
        "Only for a verified address. One that is not verified gets the plain test e-mail, whatever is asked for: our own subject, and no name.",
    }),
  })
  .openapi("TestEmail", { example: { email_type: "test", custom_subject: "Does it arrive?" } });

export const testResult = z
  .object({
    success: z.boolean(),
    message: z.string(),
    message_id: z.string().nullable().openapi({ description: "The provider's; null on failure." }),
  })
  .openapi("TestEmailResult");

const counts = z.record(z.string(), z.int());

export const stats = z
  .object({
    total_notifications: z.int().openapi({ description: "Ever; also those that retention has removed." }),
    notifications_last_7_days: z.int(),
    by_type: counts,
    by_status: counts,
  })
  .openapi("NotificationStats");

export const health = z
  .object({
    status: z.enum(["healthy", "degraded", "unavailable"]),
    backend: z.string().openapi({ example: "ses" }),
    rate_limit: z.string().openapi({ description: "The caller's e-mails of this hour.", example: "15/100" }),
  })
  .openapi("EmailHealth");
