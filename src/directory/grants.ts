import { sql } from "drizzle-orm";
import { grants as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type Grant = typeof table.$inferSelect;
export type GrantFacts = Omit<Grant, "known_since" | "created_at">;

/**
 * Grants that one can apply for. After a new deadline the reminders begin again for everyone who follows the grant. Matches
 * may have been waiting for a new grant.
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
};
