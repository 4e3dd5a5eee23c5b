import { is, SQL, sql } from "drizzle-orm";
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
  /** Numbers only; as SQL: a JSON object of what stands in the database before the change. */
  detail?: Readonly<Record<string, number>> | SQL;
}

/** Who does something, and in which request. */
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
 * Reads whether an entry is there: with `CHANGED`, whether its change was made. A batch that was committed and then
 * repeated, because its answer was lost, finds nothing left to change; its entry still tells.
 */
export const isAudited = (id: string): SQL => sql`SELECT 1 FROM ${auditLog} WHERE id = ${id}`;

/**
 * For a deletion: writes an entry if the statement before it deleted something, and finds one row if there is an entry.
 * The entry remains when the batch is repeated after having been committed; the deleted rows do not.
 */
export const audited = (entry: AuditEntry): SQL[] => [audit(entry, CHANGED), isAudited(entry.id)];
