import { z } from "@hono/zod-openapi";
import { SUBSCRIPTION_STATUSES, TIME_WINDOWS } from "../../db/schema/index.ts";
import { pageQuery, pagination } from "../../http/pagination.ts";
import { directoryId, printedTime } from "../../http/schemas.ts";

const EXAMPLE_ID = "notif_01jq8z3k5te8v9m4p2r7x6w1yd";

const notificationId = z.string().openapi({ example: EXAMPLE_ID });

const timeWindow = z.enum(TIME_WINDOWS).openapi({
  description: "The ISO week, month, quarter or year of the user's time zone.",
});

const common = {
  notification_id: notificationId,
  user_id: z.string(),
  time_window: timeWindow,
  status: z.enum(SUBSCRIPTION_STATUSES),
};

const snapshot = z
  .object({
    total_activities: z.int().openapi({ description: "Planned and completed ones." }),
    completed_activities: z.int(),
    hours_logged: z.number().openapi({ description: "Of the completed ones." }),
  })
  .openapi("StatsSnapshot", {
    description: "From the start of the window up to now.",
    example: { total_activities: 47, completed_activities: 42, hours_logged: 128.5 },
  });

export const listQuery = z.object({
  ...pageQuery,
  user_id: directoryId.optional(),
  time_window: timeWindow.optional(),
  status: z
    .enum([...SUBSCRIPTION_STATUSES, "inactive"])
    .optional()
    .openapi({ description: "What is deactivated is removed, so `inactive` finds nothing." }),
});

const refreshedAt = printedTime.openapi({ description: "When the snapshot was taken." });

export const list = z
  .object({
    data: z.array(z.object({ ...common, last_refreshed_at: refreshedAt }).openapi("StatsNotificationEntry")),
    pagination,
  })
  .openapi("StatsNotifications");

export const detail = z
  .object({ ...common, last_refreshed_at: refreshedAt, snapshot })
  .openapi("StatsNotification");

export const createBody = z
  .strictObject({ user_id: directoryId, time_window: timeWindow })
  .openapi("StatsNotificationCreate", { example: { user_id: "usr_4f8a2c", time_window: "quarterly" } });

export const created = z
  .object({ ...common, snapshot, created_at: printedTime })
  .openapi("StatsNotificationCreated");

export const changeBody = z
  .strictObject({ time_window: timeWindow })
  .openapi("StatsNotificationChange", { example: { time_window: "monthly" } });

export const changed = z.object({ ...common, updated_at: printedTime }).openapi("StatsNotificationChanged");

export const deleted = z
  .object({ deleted: z.literal(true), notification_id: notificationId })
  .openapi("StatsNotificationDeleted");

export const refreshed = z
  .object({
    notification_id: notificationId,
    refreshed: z.literal(true),
    refreshed_at: printedTime,
    snapshot,
  })
  .openapi("StatsNotificationRefreshed");

/** A text that is no id of ours gets 404, like an unknown id. */
export const idParam = z.object({
  id: z.string().openapi({ param: { name: "id", in: "path" }, example: EXAMPLE_ID }),
});
