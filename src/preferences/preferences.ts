import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { type Preferences, preferences } from "../db/schema/index.ts";
import { createUserIfMissing, type NewUser } from "../directory/users.ts";
import { createPreferencesIfMissing } from "./defaults.ts";
import { lookAgain } from "./look-again.ts";

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

const read = (userId: string): Statement => sql`SELECT * FROM ${preferences} WHERE user_id = ${userId}`;

const ensure = (ctx: Ctx, caller: NewUser): Statement[] => [
  createUserIfMissing(ctx, caller),
  createPreferencesIfMissing(ctx, caller.id),
];

const theOne = ([row]: unknown[] = []): PreferencesRow => {
  if (row === undefined) throw new Error("Preferences that were just made are not there");
  return row as PreferencesRow;
};

/** The caller's preferences, made at the first look; concurrent first looks make one row. One round trip, two at first. */
export async function getPreferences(ctx: Ctx, caller: NewUser): Promise<PreferencesRow> {
  const [found = []] = await ctx.db.read([read(caller.id)]);
  if (found.length > 0) return theOne(found);
  const results = await ctx.db.write([...ensure(ctx, caller), read(caller.id)]);
  return theOne(results.at(-1));
}

/** Changes what is given. One round trip. */
export async function changePreferences(
  ctx: Ctx,
  caller: NewUser,
  change: PreferencesChange,
): Promise<PreferencesRow> {
  const now = ctx.clock.now();
  const columns = Object.entries(change).filter(([, value]) => value !== undefined);
  const assignments = columns.map(
    ([column, value]) =>
      sql`${sql.identifier(column)} = ${Array.isArray(value) ? JSON.stringify(value) : value}`,
  );
  const results = await ctx.db.write([
    ...ensure(ctx, caller),
    ...(assignments.length === 0
      ? []
      : [
          sql`UPDATE ${preferences} SET ${sql.join([...assignments, sql`updated_at = ${now}`], sql`, `)}
            WHERE user_id = ${caller.id}`,
          ...lookAgain(sql`SELECT ${caller.id} AS user_id`, now),
        ]),
    read(caller.id),
  ]);
  return theOne(results.at(-1));
}
