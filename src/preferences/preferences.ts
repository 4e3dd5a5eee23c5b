import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { selectWhole } from "../db/json.ts";
import { Parsed, type Statement } from "../db/statement.ts";
import { type Preferences, preferences, users } from "../db/schema/index.ts";
import { ensureSubject, type Subject, subjectExists, subjectMissing } from "../directory/subject.ts";
import { cellsOf, FLAT_CELLS } from "./cells.ts";
import { createPreferencesIfMissing } from "./create.ts";
import { choiceOf } from "./decide.ts";
import { type OrgSettings, orgLinesOf } from "./org-settings.ts";
import { reschedule } from "./reschedule.ts";

/** Fields that a user may set; those left out stay. */
export type PreferencesChange = {
  [K in Exclude<keyof Preferences, "user_id" | "id" | "created_at" | "updated_at">]?:
    | (K extends "deadline_reminder_days" ? readonly number[] : Preferences[K])
    | undefined;
};

/** Preferences with what counts: where the user has not chosen, or may not, the organization's default or lock, or on. */
export type EffectivePreferences = Preferences & { [Column in keyof typeof FLAT_CELLS]: boolean };

/** Reads the subject's preferences, if they exist and the subject is in scope; undefined if not. */
const read = (subject: Subject): Parsed<EffectivePreferences | undefined> =>
  Parsed.of(
    {
      rows: selectWhole(preferences, sql`user_id = ${subject.id} AND ${subjectExists(subject)}`),
      org: sql<{ org_id: string | null }>`SELECT org_id FROM ${users} WHERE id = ${subject.id}`,
      lines: orgLinesOf(sql`(SELECT ${subject.id})`),
    },
    ({ rows: [row], org: [user], lines }) => row && effective(row, lines.of(user?.org_id ?? null)),
  );

function effective(row: Preferences, orgs: readonly OrgSettings[]): EffectivePreferences {
  const cells = cellsOf(row);
  const isOn = (column: keyof typeof FLAT_CELLS) => choiceOf(cells, orgs, FLAT_CELLS[column], "email").on;
  return {
    ...row,
    email_notifications_enabled: isOn("email_notifications_enabled"),
    new_match_notifications: isOn("new_match_notifications"),
    deadline_notifications: isOn("deadline_notifications"),
    weekly_digest_enabled: isOn("weekly_digest_enabled"),
    application_status_notifications: isOn("application_status_notifications"),
  };
}

/**
 * A user's preferences. The first read creates them; concurrent first reads create one row. One round trip, two at first.
 * @throws 404 outside the scope; 403 for a caller who is no user, 410 for one who was erased
 */
export async function getPreferences(ctx: Ctx, subject: Subject): Promise<EffectivePreferences> {
  const { found } = await ctx.db.read({ found: read(subject) });
  return found ?? changePreferences(ctx, subject, {});
}

/** Changes what is given. One round trip. @throws as `getPreferences` */
export async function changePreferences(
  ctx: Ctx,
  subject: Subject,
  change: PreferencesChange,
): Promise<EffectivePreferences> {
  const { create, why } = await ensureSubject(ctx, subject);
  const changed = await ctx.db.write({
    create,
    createPreferences: createPreferencesIfMissing(ctx, subject.id, subjectExists(subject)),
    update: updates(subject, change, ctx.clock.now()),
    why,
    found: read(subject),
  });
  if (changed.found === undefined) throw subjectMissing(subject, changed.why);
  return changed.found;
}

function updates(subject: Subject, change: PreferencesChange, now: number): Statement[] {
  const assignments = Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(
      ([column, value]) =>
        sql`${sql.identifier(column)} = ${Array.isArray(value) ? JSON.stringify(value) : value}`,
    );
  if (assignments.length === 0) return [];
  return [
    sql`UPDATE ${preferences} SET ${sql.join([...assignments, sql`updated_at = ${now}`], sql`, `)}
      WHERE user_id = ${subject.id} AND ${subjectExists(subject)}`,
    ...reschedule(sql`SELECT ${subject.id} AS user_id WHERE ${subjectExists(subject)}`, now),
  ];
}
