/** The examples of the contract of notification records, as the customer wrote them. */

export const listAnswer = {
  data: [
    {
      id: "nr_0a1b2c3d4e5f",
      peer_mentor_id: "pm_551e8400",
      peer_mentor_name: "Kari Nordmann",
      event_type: "pause_activated",
      coordinator_id: "coord_9f8e7d6c",
      channels_notified: ["push", "in_app"],
      sent_at: "2026-03-19T14:30:05.000Z",
    },
    {
      id: "nr_1b2c3d4e5f6a",
      peer_mentor_id: "pm_662f9511",
      peer_mentor_name: "Lars Eriksen",
      event_type: "pause_deactivated",
      coordinator_id: "coord_2a3b4c5d",
      channels_notified: ["push", "in_app"],
      sent_at: "2026-03-25T09:00:05.000Z",
    },
  ],
  pagination: { page: 1, limit: 20, total: 2 },
};

export const getAnswer = {
  id: "nr_0a1b2c3d4e5f",
  peer_mentor_id: "pm_551e8400",
  peer_mentor_name: "Kari Nordmann",
  event_type: "pause_activated",
  effective_date: "2026-03-20T00:00:00.000Z",
  reason: "Personal leave",
  coordinator_id: "coord_9f8e7d6c",
  coordinator_name: "Ingrid Bakke",
  channels_notified: ["push", "in_app"],
  dispatch_ids: ["disp_7f8a9b0c1d2e", "disp_3e4f5a6b7c8d"],
  sent_at: "2026-03-19T14:30:05.000Z",
};

export const createRequest = {
  peer_mentor_id: "pm_551e8400",
  event_type: "pause_activated",
  effective_date: "2026-03-20T00:00:00.000Z",
  reason: "Personal leave",
  coordinator_id: "coord_9f8e7d6c",
  channels_notified: ["push", "in_app"],
  dispatch_ids: ["disp_7f8a9b0c1d2e", "disp_3e4f5a6b7c8d"],
};

export const createAnswer = {
  id: "nr_0a1b2c3d4e5f",
  peer_mentor_id: "pm_551e8400",
  event_type: "pause_activated",
  coordinator_id: "coord_9f8e7d6c",
  channels_notified: ["push", "in_app"],
  sent_at: "2026-03-19T14:30:05.000Z",
};

export const changeRequest = {
  channels_notified: ["push", "in_app", "email"],
  notes: "Email fallback triggered due to push failure",
};

export const changeAnswer = {
  id: "nr_0a1b2c3d4e5f",
  channels_notified: ["push", "in_app", "email"],
  notes: "Email fallback triggered due to push failure",
  updated_at: "2026-03-19T15:00:00.000Z",
};

export const deleteAnswer = {
  message: "Notification record deleted",
  deleted_id: "nr_0a1b2c3d4e5f",
  deleted_at: "2026-03-26T10:00:00.000Z",
};

export const profileAnswer = {
  peer_mentor_id: "pm_551e8400",
  full_name: "Kari Nordmann",
  email: "kari.nordmann@nhf-oslo.no",
  phone: "+47 900 12 345",
  coordinator_id: "coord_9f8e7d6c",
  org_id: "org_nhf_oslo",
  current_status: "paused",
  pause_start_date: "2026-03-20T00:00:00.000Z",
};

export const historyAnswer = {
  peer_mentor_id: "pm_551e8400",
  peer_mentor_name: "Kari Nordmann",
  history: [
    {
      id: "nr_0a1b2c3d4e5f",
      event_type: "pause_activated",
      effective_date: "2026-03-20T00:00:00.000Z",
      reason: "Personal leave",
      channels_notified: ["push", "in_app"],
      sent_at: "2026-03-19T14:30:05.000Z",
    },
    {
      id: "nr_9z8y7x6w5v4u",
      event_type: "pause_deactivated",
      effective_date: "2026-01-15T00:00:00.000Z",
      reason: null,
      channels_notified: ["push", "in_app"],
      sent_at: "2026-01-14T11:00:00.000Z",
    },
  ],
  total_events: 2,
};
