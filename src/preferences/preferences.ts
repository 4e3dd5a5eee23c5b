import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { selectWhole } from "../db/json.ts";
import type { Statement } from "../db/statement.ts";
import { type Preferences, preferences } from "../db/schema/index.ts";
import { ensureSubject, type Subject, subjectExists, subjectMissing } from "../directory/subject.ts";
import { createPreferencesIfMissing } from "./create.ts";
import { reschedule } from "./reschedule.ts";

/** Fields that a user may set; those left out stay. */
export type PreferencesChange = {
  [K in Exclude<keyof Preferences, "user_id" | "id" | "created_at" | "updated_at">]?:
    | (K extends "deadline_reminder_days" ? readonly number[] : Preferences[K])
    | undefined;
};

/** Reads the subject's preferences, if they exist and the subject is in scope. */
const read = (subject: Subject) =>
  selectWhole(preferences, sql`user_id = ${subject.id} AND ${subjectExists(subject)}`);

/**
 * A user's preferences. The first read creates them; concurrent first reads create one row. One round trip, two at first.
 * @throws 404 outside the scope; 403 for a caller who is no user, 410 for one who was erased
 */
export async function getPreferences(ctx: Ctx, subject: Subject): Promise<Preferences> {
  const { found } = await ctx.db.read({ found: read(subject) });
  return found[0] ?? changePreferences(ctx, subject, {});
}

/** Changes what is given. One round trip. @throws as `getPreferences` */
export async function changePreferences(
  ctx: Ctx,
  subject: Subject,
  change: PreferencesChange,
): Promise<Preferences> {
  const { create, why } = await ensureSubject(ctx, subject);
  const changed = await ctx.db.write({
    create,
    createPreferences: createPreferencesIfMissing(ctx, subject.id, subjectExists(subject)),
    update: updates(subject, change, ctx.clock.now()),
    why,
    found: read(subject),
  });
  const [row] = changed.found;
  if (row === undefined) throw subjectMissing(subject, changed.why);
  return row;
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
