import { sql } from "drizzle-orm";
import { certifications as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type Certification = typeof table.$inferSelect;
export type CertificationFacts = Omit<Certification, "known_since">;

/** Certificates that expire. After a new expiry the reminders begin again. */
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
};
