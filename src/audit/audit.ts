import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/client.ts";
import { auditLog } from "../db/schema/index.ts";

/** What someone did. */
export interface AuditEntry {
  /** UUIDv7. */
  id: string;
  /** `role:id`, or `anonymous`. */
  actor: string;
  /** `dispatch.retry`, `reminder.bulk` … */
  action: string;
  /** An id of ours or of the directory. */
  target: string;
  requestId: string;
  /** Numbers only. */
  detail?: Readonly<Record<string, number>>;
}

/**
 * The statement that writes an entry, for the batch of what it records.
 * @param where a condition for writing it at all; `CHANGED`: that the statement before it changed something
 */
export const audit = (
  { id, actor, action, target, requestId, detail }: AuditEntry,
  where: SQL = sql`true`,
): Statement =>
  sql`INSERT INTO ${auditLog} (id, actor, action, target, request_id, detail)
    SELECT ${id}, ${actor}, ${action}, ${target}, ${requestId}, ${detail ? JSON.stringify(detail) : null}
    WHERE ${where} ON CONFLICT DO NOTHING`;

export const CHANGED: SQL = sql`changes() > 0`;
