/** The examples of the admin contract, as the customer wrote them. */

export const listAnswer = {
  data: [
    {
      dispatch_id: "dsp_aR2mQn",
      org_id: "org_kNr8aQ",
      type: "certification_reminder",
      recipient_user_id: "usr_hA3mXp",
      status: "delivered",
      sent_at: "2026-03-20T08:00:00Z",
    },
    {
      dispatch_id: "dsp_bC5tPk",
      org_id: "org_kNr8aQ",
      type: "certification_reminder",
      recipient_user_id: "usr_bQ9vTk",
      status: "failed",
      sent_at: "2026-03-20T08:00:01Z",
      error: "Email address not verified",
    },
  ],
  pagination: { page: 1, limit: 20, total: 38 },
};

export const getAnswer = {
  data: {
    dispatch_id: "dsp_aR2mQn",
    org_id: "org_kNr8aQ",
    type: "certification_reminder",
    recipient_user_id: "usr_hA3mXp",
    status: "delivered",
    subject: "Your certification expires in 30 days",
    sent_at: "2026-03-20T08:00:00Z",
    delivered_at: "2026-03-20T08:00:03Z",
  },
};

export const remindRequest = { user_id: "usr_hA3mXp" };

export const remindAnswer = {
  data: {
    dispatch_id: "dsp_xP8nKv",
    user_id: "usr_hA3mXp",
    type: "certification_reminder",
    status: "queued",
    queued_at: "2026-03-26T11:00:00Z",
  },
};

export const bulkRequest = { org_id: "org_kNr8aQ", days_threshold: 30, include_sub_orgs: true };

export const bulkAnswer = {
  data: {
    org_id: "org_kNr8aQ",
    days_threshold: 30,
    total_eligible: 12,
    dispatched: 12,
    failed: 0,
    dispatch_ids: ["dsp_xP8nKv", "dsp_yQ9oLw"],
    dispatched_at: "2026-03-26T11:00:05Z",
  },
};

export const retryRequest = { action: "retry" };

export const retryAnswer = {
  data: { dispatch_id: "dsp_bC5tPk", status: "queued", retried_at: "2026-03-26T11:05:00Z" },
};

export const cancelAnswer = {
  data: { dispatch_id: "dsp_xP8nKv", status: "cancelled", cancelled_at: "2026-03-26T11:01:00Z" },
};
