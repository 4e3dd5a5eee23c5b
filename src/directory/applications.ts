import { sql } from "drizzle-orm";
import { applications as table } from "../db/schema/index.ts";
import { notifyOfStatuses } from "../notifications/application-status/notify-statuses.ts";
import type { Collection } from "./collection.ts";

export type Application = typeof table.$inferSelect;
export type ApplicationFacts = Omit<Application, "status_seq" | "updated_at">;

/** Applications for grants. Who has applied hears of each change of status. */
export const applications: Collection<ApplicationFacts, Application> = {
  name: "applications",
  noun: "application",
  table,
  kept: (now) => ({
    status_seq: { initial: now, changed: sql`status_seq + (status <> excluded.status)` },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
  consequences: notifyOfStatuses,
};
