import { sql } from "drizzle-orm";
import { applications as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type Application = typeof table.$inferSelect;
export type ApplicationFacts = Omit<Application, "status_seq" | "updated_at">;

/** Applications for grants. `status_seq` counts the changes of the status. */
export const applications: Collection<ApplicationFacts, Application> = {
  name: "applications",
  noun: "application",
  table,
  kept: (now) => ({
    status_seq: { initial: now, changed: sql`status_seq + (status <> excluded.status)` },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
};
