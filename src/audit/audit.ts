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
  /** Our id or a directory id. */
  target: string;
  requestId: string;
  /** Numbers only. SQL is evaluated before the change, and gives a JSON object. */
  detail?: Readonly<Record<string, number>> | SQL;
}

/** The caller who makes a change, and the request. */
export type Author = Pick<AuditEntry, "actor" | "requestId">;

/**
 * The statement that writes an entry. It belongs into the batch of the change. Writing the same entry again updates its
 * detail.
 * @param where a condition for writing it; `CHANGED`: that the statement before it changed something
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
 * Finds one row if the entry exists. An entry that was written with `CHANGED` proves that the change was made. A repeat of
 * a committed batch finds nothing left to change, but it still finds the entry.
 */
export const isAudited = (id: string): SQL => sql`SELECT 1 FROM ${auditLog} WHERE id = ${id}`;

/**
 * For a deletion: writes an entry if the statement before it deleted something, and finds one row if there is an entry.
 * So a repeat of a committed batch still reports the deletion.
 */
export const audited = (entry: AuditEntry): SQL[] => [audit(entry, CHANGED), isAudited(entry.id)];
