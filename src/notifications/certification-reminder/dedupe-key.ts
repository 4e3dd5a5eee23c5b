import { type SQL, sql } from "drizzle-orm";
import { keyInSql, type KeyForm } from "../../outbox/dedupe-keys.ts";

export const REMINDER_KEYS = { kind: "cert", user: null } as const satisfies KeyForm;

/**
 * That a user was reminded of a certificate: its id, its expiry (epoch ms), and why: a step of the ladder (days before it), or
 * the dispatch when a person asked for it.
 */
export const reminderKey = (
  { id, expires_at }: { id: string; expires_at: number },
  why: number | string,
): string => `${REMINDER_KEYS.kind}:${id}:${expires_at}:${why}`;

/** What the keys of reminders of an expiry begin with. */
export const keyPrefix = (certificateId: SQL, expiresAt: SQL): SQL =>
  sql`${keyInSql(REMINDER_KEYS.kind, certificateId, expiresAt)} || ':'`;

/** The same from the key of a reminder that a person asked for: it ends with the dispatch's id. */
export const keyPrefixIn = (key: SQL, dispatchId: SQL): SQL =>
  sql`substr(${key}, 1, length(${key}) - length(${dispatchId}))`;

/** The condition that `key` begins with such a prefix: it is of a reminder of that expiry, whatever its reason. */
export const hasPrefix = (key: SQL, prefix: SQL): SQL =>
  sql`(${key} > ${prefix} AND ${key} < ${prefix} || '~')`;
