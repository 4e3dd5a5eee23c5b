import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { preferences, users } from "../db/schema/index.ts";

/** What applies to a user who never said anything: the user-notifications contract's own example. */
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

/** A column of preferences that were joined, as `p`, to users who may have none: then its default. */
export const preferred = (column: keyof typeof DEFAULT_PREFERENCES): SQL =>
  sql`coalesce(p.${sql.identifier(column)}, ${encoded(DEFAULT_PREFERENCES[column])})`;

/**
 * The statement that gives a user, if there is such a one, the defaults; a row that exists stays.
 * @param where a further condition
 */
export function createPreferencesIfMissing(ctx: Ctx, userId: string, where: SQL = sql`true`): Statement {
  const d = DEFAULT_PREFERENCES;
  const now = ctx.clock.now();
  return sql`INSERT INTO ${preferences} (user_id, id, email_notifications_enabled, notification_frequency,
      new_match_notifications, match_threshold, deadline_notifications, deadline_reminder_days,
      weekly_digest_enabled, weekly_digest_day, application_status_notifications, created_at, updated_at)
    SELECT id, ${ctx.ids.uuid()}, ${d.email_notifications_enabled}, ${d.notification_frequency},
      ${d.new_match_notifications}, ${d.match_threshold}, ${d.deadline_notifications},
      ${JSON.stringify(d.deadline_reminder_days)}, ${d.weekly_digest_enabled}, ${d.weekly_digest_day},
      ${d.application_status_notifications}, ${now}, ${now}
    FROM ${users} WHERE id = ${userId} AND ${where} ON CONFLICT DO NOTHING`;
}
