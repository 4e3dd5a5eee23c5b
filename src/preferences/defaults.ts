import { type SQL, sql } from "drizzle-orm";

/** The preferences of a user who never set any. */
export const DEFAULT_PREFERENCES = {
  email_notifications_enabled: true,
  notification_frequency: "immediate",
  new_match_notifications: true,
  match_threshold: 70,
  deadline_notifications: true,
  deadline_reminder_days: [7, 3, 1],
  weekly_digest_enabled: true,
  weekly_digest_day: 1,
  application_status_notifications: true,
} as const;

const encoded = (value: unknown) => (Array.isArray(value) ? JSON.stringify(value) : value);

/** A column of the preferences `p` of a user; its default where the user has none. */
export const preferred = (column: keyof typeof DEFAULT_PREFERENCES): SQL =>
  sql`coalesce(p.${sql.identifier(column)}, ${encoded(DEFAULT_PREFERENCES[column])})`;
