import { matches as table } from "../db/schema/index.ts";
import { notifyOfMatches } from "../notifications/new-match/notify-matches.ts";
import type { Collection } from "./collection.ts";

export type Match = typeof table.$inferSelect;
export type MatchFacts = Omit<Match, "created_at">;

/** Grants that fit a user. They hear of those that fit well enough. */
export const matches: Collection<MatchFacts, Match> = {
  name: "matches",
  noun: "match",
  table,
  kept: (now) => ({ created_at: { initial: now } }),
  consequences: notifyOfMatches,
};
