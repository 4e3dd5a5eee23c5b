import { sql } from "drizzle-orm";
import { peerMentors as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type PeerMentor = typeof table.$inferSelect;
export type PeerMentorFacts = Omit<PeerMentor, "status_seq" | "updated_at">;

/** Peer mentors. `status_seq` counts the changes of the status. */
export const peerMentors: Collection<PeerMentorFacts, PeerMentor> = {
  name: "peer-mentors",
  noun: "peer mentor",
  table,
  kept: (now) => ({
    status_seq: { initial: now, changed: sql`status_seq + (status <> excluded.status)` },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
};
