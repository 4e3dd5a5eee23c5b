/** The examples of the stats contract, as the customer wrote them. */

export const listAnswer = {
  data: [
    {
      notification_id: "notif_001",
      user_id: "usr_4f8a2c",
      time_window: "quarterly",
      status: "active",
      last_refreshed_at: "2026-03-26T09:45:00Z",
    },
  ],
  pagination: { page: 1, limit: 20, total: 1 },
};

export const getAnswer = {
  notification_id: "notif_001",
  user_id: "usr_4f8a2c",
  time_window: "quarterly",
  status: "active",
  last_refreshed_at: "2026-03-26T09:45:00Z",
  snapshot: { total_activities: 47, completed_activities: 42, hours_logged: 128.5 },
};

export const createRequest = { user_id: "usr_4f8a2c", time_window: "quarterly" } as const;

export const createAnswer = {
  notification_id: "notif_002",
  user_id: "usr_4f8a2c",
  time_window: "quarterly",
  status: "active",
  snapshot: { total_activities: 47, completed_activities: 42, hours_logged: 128.5 },
  created_at: "2026-03-26T10:00:00Z",
};

export const changeRequest = { time_window: "monthly" } as const;

export const changeAnswer = {
  notification_id: "notif_001",
  user_id: "usr_4f8a2c",
  time_window: "monthly",
  status: "active",
  updated_at: "2026-03-26T10:02:00Z",
};

export const deleteAnswer = { deleted: true, notification_id: "notif_001" };

export const refreshAnswer = {
  notification_id: "notif_001",
  refreshed: true,
  refreshed_at: "2026-03-26T10:05:00Z",
  snapshot: { total_activities: 49, completed_activities: 44, hours_logged: 133 },
};
