import type { z } from "@hono/zod-openapi";
import { iso } from "../../lib/clock.ts";
import { hoursOf } from "../../lib/hours.ts";
import { printId } from "../../lib/ids.ts";
import type { Subscription } from "../../notifications/stats-summary/read.ts";
import type * as schemas from "./schemas.ts";

export const printed = ({ id }: Subscription): string => printId("notif", id);

const common = (subscription: Subscription) => ({
  notification_id: printed(subscription),
  user_id: subscription.user_id,
  time_window: subscription.time_window,
  status: subscription.status,
});

const snapshot = (subscription: Subscription) => ({
  total_activities: subscription.total_activities,
  completed_activities: subscription.completed_activities,
  hours_logged: hoursOf(subscription.completed_minutes),
});

export const listItemView = (row: Subscription): z.infer<typeof schemas.list>["data"][number] => ({
  ...common(row),
  last_refreshed_at: iso(row.last_refreshed_at),
});

export const detailView = (row: Subscription): z.infer<typeof schemas.detail> => ({
  ...listItemView(row),
  snapshot: snapshot(row),
});

export const createdView = (row: Subscription): z.infer<typeof schemas.created> => ({
  ...common(row),
  snapshot: snapshot(row),
  created_at: iso(row.created_at),
});

export const changedView = (row: Subscription): z.infer<typeof schemas.changed> => ({
  ...common(row),
  updated_at: iso(row.updated_at),
});

export const refreshedView = (row: Subscription): z.infer<typeof schemas.refreshed> => ({
  notification_id: printed(row),
  refreshed: true,
  refreshed_at: iso(row.last_refreshed_at),
  snapshot: snapshot(row),
});
