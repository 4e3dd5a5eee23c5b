import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { deadlineMoves, grants as table } from "../db/schema/index.ts";
import type { Change, Collection, Consequences } from "./collection.ts";

export type Grant = typeof table.$inferSelect;
export type GrantFacts = Omit<Grant, "known_since" | "created_at">;

/**
 * Grants that one can apply for. A new deadline is a new fact, of which everyone who follows the grant is reminded anew;
 * a new grant may be what matches have waited for.
 */
export const grants: Collection<GrantFacts, Grant> = {
  name: "grants",
  noun: "grant",
  table,
  kept: (now) => ({
    known_since: {
      initial: now,
      changed: sql`iif(deadline IS excluded.deadline, known_since, excluded.known_since)`,
    },
    created_at: { initial: now },
  }),
  consequences: moveDeadlines,
};

/** Who follows a grant may be many: the reminders' job looks at them, a portion at a time. */
function moveDeadlines(_ctx: Ctx, { rows }: Change<GrantFacts>): Consequences {
  const given = JSON.stringify(rows.map(({ id, deadline }) => ({ id, deadline })));
  return {
    before: [
      sql`INSERT INTO ${deadlineMoves} (grant_id, after)
        SELECT n.value->>'id', '' FROM json_each(${given}) AS n LEFT JOIN ${table} AS g ON g.id = n.value->>'id'
        WHERE g.id IS NULL OR (n.value->>'deadline' IS NOT NULL AND n.value->>'deadline' IS NOT g.deadline)
        ON CONFLICT (grant_id) DO UPDATE SET after = ''`,
    ],
  };
}
