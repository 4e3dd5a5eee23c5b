import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { type Preferences, preferences } from "../db/schema/index.ts";
import { subjectExists, subjectMissing, type Subject, ensureSubject } from "../directory/subject.ts";
import { createPreferencesIfMissing } from "./defaults.ts";
import { reschedule } from "./reschedule.ts";

/** A row as SQLite gives it: switches are 0 or 1. */
export type PreferencesRow = {
  [K in keyof Preferences]: Preferences[K] extends boolean ? 0 | 1 : Preferences[K];
};

/** Fields that a user may set; those left out stay. */
export type PreferencesChange = {
  [K in Exclude<keyof Preferences, "user_id" | "id" | "created_at" | "updated_at">]?:
    | (K extends "deadline_reminder_days" ? readonly number[] : Preferences[K])
    | undefined;
};

/** Reads the preferences of the subject, if there are some and the subject is in scope. */
const read = (subject: Subject): Statement =>
  sql`SELECT * FROM ${preferences} WHERE user_id = ${subject.id} AND ${subjectExists(subject)}`;

const requireFound = (subject: Subject, [row]: unknown[] = [], why: unknown[] = []): PreferencesRow => {
  if (row === undefined) throw subjectMissing(subject, why);
  return row as PreferencesRow;
};

/**
 * A user's preferences, made at the first look; concurrent first looks make one row. One round trip, two at first.
 * @throws 404 outside the scope; 403 for a caller who is no user, 410 for one who was erased
 */
export async function getPreferences(ctx: Ctx, subject: Subject): Promise<PreferencesRow> {
  const [found = []] = await ctx.db.readList([read(subject)]);
  if (found.length > 0) return requireFound(subject, found);
  return changePreferences(ctx, subject, {});
}

/** Changes what is given. One round trip. @throws as `getPreferences` */
export async function changePreferences(
  ctx: Ctx,
  subject: Subject,
  change: PreferencesChange,
): Promise<PreferencesRow> {
  const now = ctx.clock.now();
  const columns = Object.entries(change).filter(([, value]) => value !== undefined);
  const assignments = columns.map(
    ([column, value]) =>
      sql`${sql.identifier(column)} = ${Array.isArray(value) ? JSON.stringify(value) : value}`,
  );
  const { create, why } = await ensureSubject(ctx, subject);
  const results = await ctx.db.writeList([
    ...create,
    createPreferencesIfMissing(ctx, subject.id, subjectExists(subject)),
    ...(assignments.length === 0
      ? []
      : [
          sql`UPDATE ${preferences} SET ${sql.join([...assignments, sql`updated_at = ${now}`], sql`, `)}
            WHERE user_id = ${subject.id} AND ${subjectExists(subject)}`,
          ...reschedule(sql`SELECT ${subject.id} AS user_id WHERE ${subjectExists(subject)}`, now),
        ]),
    why,
    read(subject),
  ]);
  return requireFound(subject, results.at(-1), results.at(-2));
}
