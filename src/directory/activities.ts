import { activities as table } from "../db/schema/index.ts";
import type { Collection } from "./collection.ts";

export type Activity = typeof table.$inferSelect;

/** What users did or plan to do. */
export const activities: Collection<Activity> = { name: "activities", noun: "activity", table };
