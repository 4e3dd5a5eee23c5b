import { env } from "cloudflare:workers";
import type { Cells } from "../../src/preferences/cells.ts";
import type { Defaults } from "../../src/preferences/org-settings.ts";
import type { QuietHours } from "../../src/preferences/quiet-hours.ts";

const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));

/** What a user has chosen, straight into the table. */
export async function givenChoices(
  userId: string,
  { cells, quietHours }: { cells?: Cells; quietHours?: QuietHours },
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO preferences (user_id, id, notification_frequency, match_threshold, deadline_reminder_days,
        weekly_digest_day, cells, quiet_hours, created_at, updated_at)
      VALUES (?, ?, 'immediate', 70, '[7,3,1]', 1, ?, ?, 0, 0)
      ON CONFLICT (user_id) DO UPDATE SET cells = excluded.cells, quiet_hours = excluded.quiet_hours`,
  )
    .bind(userId, crypto.randomUUID(), json(cells), json(quietHours))
    .run();
}

/** What an organization has set, or the service (`""`), straight into the table. */
export async function givenOrgSettings(
  orgId: string,
  { preferences, quietHours }: { preferences?: Defaults; quietHours?: QuietHours },
): Promise<void> {
  await env.DB.prepare(
    "INSERT OR REPLACE INTO org_settings (org_id, preferences, quiet_hours, updated_at) VALUES (?, ?, ?, 0)",
  )
    .bind(orgId, json(preferences), json(quietHours))
    .run();
}
