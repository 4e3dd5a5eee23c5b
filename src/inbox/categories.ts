import { type SQL, sql } from "drizzle-orm";
import type { TypeData } from "../content/type.ts";
import type { Ctx } from "../ctx.ts";
import { ownTypes, users } from "../db/schema/index.ts";
import { rankedLineOf } from "../types/find.ts";
import { recentTypes } from "./queries.ts";

/** A category, and those of its types of which messages are in the inbox. */
export interface InboxCategory {
  category: string;
  types: string[];
}

type BuiltIn = Pick<TypeData, "id" | "category">;

/** The line of organizations of a user, whose own types are known there: `(id, distance)`. */
const lineOfUser = (userId: string): SQL =>
  rankedLineOf(sql`(SELECT org_id FROM ${users} WHERE id = ${userId})`);

/**
 * The categories of a user's latest messages, in alphabetical order. A type that nobody has (any more) is in none. One round
 * trip.
 */
export async function inboxCategories(
  ctx: Ctx,
  userId: string,
  builtIn: readonly BuiltIn[],
): Promise<InboxCategory[]> {
  const own = sql`(SELECT t.data->>'category' FROM ${lineOfUser(userId)} AS line
    CROSS JOIN ${ownTypes} AS t ON t.id = recent.type AND t.org_id = line.id ORDER BY line.distance LIMIT 1)`;
  const { found } = await ctx.db.read({
    found: sql<{ type: string; own: string | null }>`SELECT recent.type, ${own} AS own
      FROM ${recentTypes(userId)} AS recent ORDER BY recent.type`,
  });
  const known = new Map(builtIn.map(({ id, category }) => [id, category]));
  const categories = new Map<string, string[]>();
  for (const { type, own } of found) {
    const category = known.get(type) ?? own;
    if (category !== null) categories.set(category, [...(categories.get(category) ?? []), type]);
  }
  return Array.from(categories, ([category, types]) => ({ category, types })).toSorted((a, b) =>
    a.category < b.category ? -1 : 1,
  );
}

/** The condition that a message is of a category: of one of its built-in types, or of an own type that the user's line has. */
export function isOfCategory(userId: string, category: string, builtIn: readonly BuiltIn[]): SQL {
  const ids = builtIn.filter((type) => type.category === category).map(({ id }) => id);
  // Without the plus SQLite would look for the types first, in an index over all users.
  return sql`+type IN (SELECT value FROM json_each(${JSON.stringify(ids)}) UNION ALL
    SELECT t.id FROM ${lineOfUser(userId)} AS line
    CROSS JOIN ${ownTypes} AS t ON t.org_id = line.id WHERE t.data->>'category' = ${category})`;
}
