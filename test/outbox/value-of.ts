import { type SQL, sql } from "drizzle-orm";
import { createHarness } from "../support/harness.ts";

const { db } = createHarness().ctx;

/** What an expression is for the database. */
export async function valueOf(expression: SQL): Promise<unknown> {
  const { rows } = await db.read({ rows: sql<{ it: unknown }>`SELECT ${expression} AS it` });
  return rows[0]?.it;
}

/** A string as a query gets it from its JSON parameter. */
export const fromJson = (value: string): SQL => sql`json_object('id', ${value})->>'id'`;

/** What an expression about a dedupe key `o` is, for an `o` with this key. */
export const valueFor = (key: SQL, expression: SQL, where: SQL = sql`true`): Promise<unknown> =>
  valueOf(sql`(SELECT ${expression} FROM (SELECT ${key} AS key) AS o WHERE ${where})`);
