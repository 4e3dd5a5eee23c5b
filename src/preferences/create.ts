import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { preferences, users } from "../db/schema/index.ts";
import { DEFAULT_PREFERENCES } from "./defaults.ts";

/**
 * The statement that writes the defaults for an existing user without preferences.
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
