/** The examples of the user-notifications contract, as the customer wrote them. */

export const preferencesAnswer = {
  id: "n1a2b3c4-d5e6-7890-abcd-ef1234567890",
  user_id: "550e8400-e29b-41d4-a716-446655440000",
  email_notifications_enabled: true,
  notification_frequency: "immediate",
  new_match_notifications: true,
  match_threshold: 70,
  deadline_notifications: true,
  deadline_reminder_days: [7, 3, 1],
  weekly_digest_enabled: true,
  weekly_digest_day: 1,
  application_status_notifications: true,
  created_at: "2025-01-15T10:30:00Z",
  updated_at: "2025-01-15T10:30:00Z",
};

export const patchRequest = {
  match_threshold: 80,
  deadline_reminder_days: [14, 7, 3],
  weekly_digest_enabled: false,
  notification_frequency: "daily",
};

export const patchAnswer = {
  id: "n1a2b3c4-d5e6-7890-abcd-ef1234567890",
  user_id: "550e8400-e29b-41d4-a716-446655440000",
  email_notifications_enabled: true,
  notification_frequency: "daily",
  new_match_notifications: true,
  match_threshold: 80,
  deadline_notifications: true,
  deadline_reminder_days: [14, 7, 3],
  weekly_digest_enabled: false,
  weekly_digest_day: 1,
  application_status_notifications: true,
  created_at: "2025-01-15T10:30:00Z",
  updated_at: "2025-01-16T09:00:00Z",
};

/** The body of the contract's curl. */
export const curlPatchRequest = { match_threshold: 80, weekly_digest_enabled: false };

export const historyAnswer = {
  items: [
    {
      id: "h1a2b3c4-d5e6-7890-abcd-ef1234567890",
      user_id: "550e8400-e29b-41d4-a716-446655440000",
      notification_type: "new_match",
      email_subject: "3 New Grant Matches Found",
      email_to: "user@example.com",
      email_template: "new_match",
      status: "delivered",
      grant_id: "b1c2d3e4-f5a6-7890-bcde-f12345678901",
      match_id: "d4e5f6a7-b8c9-0123-def0-456789012345",
      sent_at: "2025-01-15T10:30:00Z",
      delivered_at: "2025-01-15T10:30:05Z",
      message_id: "ses-msg-12345",
      created_at: "2025-01-15T10:30:00Z",
    },
  ],
  total: 25,
  page: 1,
  page_size: 20,
  total_pages: 2,
};

export const testRequest = { email_type: "test", custom_subject: "Carbon Connect Test Email" };

export const testAnswer = {
  success: true,
  message: "Test email sent successfully to user@example.com",
  message_id: "ses-msg-test-67890",
};

export const statsAnswer = {
  total_notifications: 125,
  notifications_last_7_days: 8,
  by_type: { new_match: 45, deadline_reminder: 30, weekly_digest: 12, application_status: 38 },
  by_status: { delivered: 110, sent: 10, bounced: 2, failed: 3 },
};

export const healthAnswer = { status: "healthy", backend: "ses", rate_limit: "15/100" };
