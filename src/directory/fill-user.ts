import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { users } from "../db/schema/index.ts";

/** What somebody other than the directory's owner says of a user: a device of theirs, for example. */
export interface Hearsay {
  id: string;
  /** BCP 47, canonical; null: nothing is said of it. */
  locale: string | null;
  /** IANA name. */
  timezone: string | null;
}

/**
 * Fills in what is not known of a user. What is known stays, whoever said it: a phone on a journey must not move the reminders
 * of its user. Nothing is written where nothing is missing.
 * @param permitted a condition: whether the caller may
 */
export function fillUser(ctx: Ctx, { id, locale, timezone }: Hearsay, permitted: SQL): Statement[] {
  const missing = [
    ...(locale === null ? [] : [sql`locale IS NULL`]),
    ...(timezone === null ? [] : [sql`timezone IS NULL`]),
  ];
  if (missing.length === 0) return [];
  const moved = sql`SELECT id FROM ${users} WHERE id = ${id} AND timezone IS NULL AND ${permitted}`;
  return [
    ...(timezone === null ? [] : ctx.reactions.beforeMove(ctx, moved)),
    sql`UPDATE ${users} SET locale = coalesce(locale, ${locale}), timezone = coalesce(timezone, ${timezone}),
        updated_at = ${ctx.clock.now()}
      WHERE id = ${id} AND (${sql.join(missing, sql` OR `)}) AND ${permitted}`,
  ];
}
