import { sql } from "drizzle-orm";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { notificationRecords, peerMentors as table } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { notifyOfPauses } from "../notifications/pause/flow.ts";
import type { Collection } from "./collection.ts";
import { deleteRow } from "./remove.ts";

export type PeerMentor = typeof table.$inferSelect;
export type PeerMentorFacts = Omit<PeerMentor, "status_seq" | "updated_at">;

/** Peer mentors. Their coordinator hears of it when one pauses or returns. */
export const peerMentors: Collection<PeerMentorFacts, PeerMentor> = {
  name: "peer-mentors",
  noun: "peer mentor",
  table,
  kept: (now) => ({
    status_seq: { initial: now, changed: sql`status_seq + (status <> excluded.status)` },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
  consequences: notifyOfPauses,
  remove: removeMentor,
};

/** Deletes a mentor and the notification records about them, whose reasons are personal. One round trip. @throws 404 */
async function removeMentor(ctx: Ctx, author: Author, id: string): Promise<void> {
  const results = await ctx.db.writeList([
    sql`DELETE FROM ${notificationRecords} WHERE peer_mentor_id = ${id}`,
    ...deleteRow(ctx, peerMentors, author, id),
  ]);
  if (results.at(-1)?.length === 0) throw notFound("peer mentor");
}
