import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Switch, TypeData } from "../content/type.ts";
import { optouts } from "../db/schema/index.ts";

/** Which e-mails a user wants. The switches are null if the user never set preferences. */
export interface Choices extends Record<Switch, number | null> {
  email_notifications_enabled: number | null;
  /** JSON array of types that were opted out of. */
  opted_out: string;
}

/** The columns of `Choices`, of a user `u` with the preferences `p`. */
export const CHOICES: SQL = sql`p.email_notifications_enabled, p.new_match_notifications, p.deadline_notifications,
    p.weekly_digest_enabled, p.application_status_notifications,
    (SELECT json_group_array(o.type) FROM ${optouts} o WHERE o.user_id = u.id) AS opted_out`;

const list = z.array(z.string());

/** Whether a user has switched a type off. A critical type cannot be switched off. */
export function isUnwanted(
  type: Pick<TypeData, "id" | "critical" | "preference">,
  choices: Choices,
): boolean {
  if (type.critical) return false;
  if (choices.email_notifications_enabled === 0) return true;
  return type.preference === null
    ? list.parse(JSON.parse(choices.opted_out)).includes(type.id)
    : choices[type.preference] === 0;
}
