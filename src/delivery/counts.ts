import { type SQL, sql } from "drizzle-orm";
import { deliveries, dispatches } from "../db/schema/index.ts";

// Subqueries of statements on `dispatches`. Counts are always made from the deliveries, so repeats, overlaps and late reports
// cannot make them wrong.

const count = (condition: SQL): SQL =>
  sql`(SELECT count(*) FROM ${deliveries} x WHERE x.dispatch_id = ${dispatches}.id AND ${condition})`;

/** Devices that have accepted. */
export const acceptedCount = count(sql`x.status = 'accepted'`);

/**
 * Devices that were not reached. A delivery that may be tried again has not failed yet.
 * @param isOpen whether the dispatch goes back to its queue
 */
export const failedCount = (isOpen: SQL): SQL =>
  count(sql`(x.status = 'failed' OR (x.status = 'retry' AND NOT ${isOpen}))`);

/** For a dispatch whose status stays as it is. A cancelled dispatch has not made all of its attempts. */
export const isOpen: SQL = sql`(${dispatches}.status IN ('queued', 'sending', 'cancelled'))`;
