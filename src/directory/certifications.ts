import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { certifications as table } from "../db/schema/index.ts";
import { rescheduleNow } from "../schedules/user-schedules.ts";
import type { Change, Collection, Consequences } from "./collection.ts";

export type Certification = typeof table.$inferSelect;
export type CertificationFacts = Omit<Certification, "known_since">;

/** Certificates that expire. A new expiry is a new fact, of which its owner is reminded anew. */
export const certifications: Collection<CertificationFacts, Certification> = {
  name: "certifications",
  noun: "certification",
  table,
  kept: (now) => ({
    known_since: {
      initial: now,
      changed: sql`iif(expires_at = excluded.expires_at, known_since, excluded.known_since)`,
    },
  }),
  consequences: rescheduleOwners,
};

/** When their owners are next due follows from their time zones, which the job knows: it looks at them now. */
function rescheduleOwners(ctx: Ctx, { rows }: Change<CertificationFacts>): Consequences {
  const owners = JSON.stringify(rows.map((row) => row.user_id));
  return {
    after: [
      rescheduleNow(
        "certifications",
        sql`SELECT value AS user_id FROM json_each(${owners})`,
        ctx.clock.now(),
      ),
    ],
  };
}
