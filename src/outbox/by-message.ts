import { type SQL, sql } from "drizzle-orm";
import { dispatches } from "../db/schema/index.ts";

/** The dispatch that has the provider's message id, as a subquery. */
export const byMessage = (message: SQL): SQL => sql`(SELECT m.id FROM ${dispatches} AS m
  WHERE m.provider_message_id IS NOT NULL AND m.provider_message_id = ${message} LIMIT 1)`;
