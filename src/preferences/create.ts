import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { type Preferences, preferences, users } from "../db/schema/index.ts";
import { keysOf } from "../lib/objects.ts";
import { DEFAULT_PREFERENCES } from "./defaults.ts";

/** What is inherited until the user chooses. */
const NOTHING_CHOSEN = {
  email_notifications_enabled: null,
  new_match_notifications: null,
  deadline_notifications: null,
  weekly_digest_enabled: null,
  application_status_notifications: null,
  cells: null,
  quiet_hours: null,
} as const satisfies Partial<Preferences>;

/**
 * The statement that writes the defaults for an existing user without preferences.
 * @param where a further condition
 */
export function createPreferencesIfMissing(ctx: Ctx, userId: string, where: SQL = sql`true`): Statement {
  const now = ctx.clock.now();
  const row: Preferences = {
    ...DEFAULT_PREFERENCES,
    ...NOTHING_CHOSEN,
    deadline_reminder_days: JSON.stringify(DEFAULT_PREFERENCES.deadline_reminder_days),
    user_id: userId,
    id: ctx.ids.uuid(),
    created_at: now,
    updated_at: now,
  };
  // Names and values come from one record, so they cannot be out of step.
  const names = keysOf(row).map((column) => sql.identifier(column));
  const values = keysOf(row).map((column) => sql`${row[column]}`);
  return sql`INSERT INTO ${preferences} (${sql.join(names, sql`, `)}) SELECT ${sql.join(values, sql`, `)}
    FROM ${users} WHERE id = ${userId} AND ${where} ON CONFLICT DO NOTHING`;
}
