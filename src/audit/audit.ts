import { is, SQL, sql } from "drizzle-orm";
import { auditLog } from "../db/schema/index.ts";

/** An entry of the audit log. */
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
  /** Numbers only. As SQL: a JSON object of what the database holds before the change. */
  detail?: Readonly<Record<string, number>> | SQL;
}

/** The caller whose action is noted, and the request. */
export type Author = Pick<AuditEntry, "actor" | "requestId">;

/**
 * The statement that writes an entry, for the batch of what it records. Written again, it brings the detail up to date.
 * @param where a condition for writing it at all; `CHANGED`: that the statement before it changed something
 */
export const audit = (
  { id, actor, action, target, requestId, detail }: AuditEntry,
  where: SQL = sql`true`,
): SQL =>
  sql`INSERT INTO ${auditLog} (id, actor, action, target, request_id, detail)
    SELECT ${id}, ${actor}, ${action}, ${target}, ${requestId}, ${detailed(detail)}
    WHERE ${where} ON CONFLICT (id) DO UPDATE SET detail = excluded.detail`;

const detailed = (detail: AuditEntry["detail"]) =>
  detail === undefined || is(detail, SQL) ? (detail ?? null) : JSON.stringify(detail);

export const CHANGED: SQL = sql`changes() > 0`;

/**
 * Finds one row if the entry exists: if it was written with `CHANGED`, that means that its change was made. A batch that is
 * repeated after having been committed finds nothing left to change, but still finds the entry.
 */
export const isAudited = (id: string): SQL => sql`SELECT 1 FROM ${auditLog} WHERE id = ${id}`;

/**
 * For a deletion: writes an entry if the statement before it deleted something, and finds one row if there is an entry.
 * The entry remains when the batch is repeated after having been committed; the deleted rows do not.
 */
export const audited = (entry: AuditEntry): SQL[] => [audit(entry, CHANGED), isAudited(entry.id)];
