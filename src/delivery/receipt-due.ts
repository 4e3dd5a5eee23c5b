import { type SQL, sql } from "drizzle-orm";
import { deliveries, jobProgress } from "../db/schema/index.ts";
import { MINUTE } from "../lib/clock.ts";
import { firstIdAt } from "../lib/ids.ts";
import type { DeliveryRecord } from "../outbox/settlement.ts";

/** The job that asks for receipts. It reads deliveries in the order of their dispatches, so far behind. */
export const RECEIPTS = "receipts";

/** Expo has receipts after about 15 minutes. */
export const RECEIPT_AFTER_MS = 15 * MINUTE;

/** A delivery is written so long after its dispatch was made, or the job may have gone by. It leaves five minutes for the write. */
const IN_TIME_MS = 10 * MINUTE;

/** The id up to which the job has read; null before its first run. */
export const receiptsReadUpTo: SQL = sql`(SELECT up_to FROM ${jobProgress} WHERE job = ${RECEIPTS})`;

/**
 * When the receipt of a delivery that is written now is to be asked for, as it is stored: 0 where the job comes by it, which
 * saves the index's row and the one that takes it back.
 */
export const receiptDueAt = (
  now: number,
  { dispatch_id, receipt_due_at }: Pick<DeliveryRecord, "dispatch_id" | "receipt_due_at">,
): number | null =>
  receipt_due_at !== null && dispatch_id >= firstIdAt(now - IN_TIME_MS) ? 0 : receipt_due_at;

/** The date for people: null once the job has come by. */
export const shownReceiptDueAt: SQL = sql`CASE WHEN receipt_due_at > 0 THEN receipt_due_at
  WHEN receipt_due_at = 0 AND ${deliveries}.dispatch_id > coalesce(${receiptsReadUpTo}, '')
    THEN accepted_at + ${sql.raw(String(RECEIPT_AFTER_MS))} END`;
