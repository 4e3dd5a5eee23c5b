import { matches as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type Match = typeof table.$inferSelect;
export type MatchFacts = Omit<Match, "created_at">;

/** Grants that fit a user, with how well they fit (`score`). */
export const matches: Collection<MatchFacts, Match> = {
  name: "matches",
  noun: "match",
  table,
  kept: (now) => ({ created_at: { initial: now } }),
};
