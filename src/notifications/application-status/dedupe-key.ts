import { type SQL, sql } from "drizzle-orm";
import { isOfKind, keyInSql, type KeyForm, restOf } from "../../outbox/dedupe-keys.ts";

export const STATUS_KEYS = { kind: "status:application", user: null } as const satisfies KeyForm;

/** That a user was notified of the `seq`th status of an application. */
export const statusKey = (applicationId: SQL, seq: SQL): SQL =>
  keyInSql(STATUS_KEYS.kind, applicationId, seq);

/** The condition that the key of `o` is of an application's status, and the application's id in it. */
export const IS_STATUS: SQL = isOfKind(STATUS_KEYS.kind);
/** The number at the end and the `:` before it are cut off. */
export const STATUS_OF: SQL = sql`rtrim(rtrim(${restOf(STATUS_KEYS.kind)}, '0123456789'), ':')`;
