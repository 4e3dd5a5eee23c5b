import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/statement.ts";
import { idempotencyKeys } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";

/** How long a key is kept (draft-ietf-httpapi-idempotency-key-header asks for it to be published). */
export const IDEMPOTENCY_TTL_MS = DAY;

/** A request's key as it is stored: in hashes, so that the table holds nothing that the caller wrote. */
export interface IdempotencyKey {
  key: string;
  fingerprint: string;
  now: number;
}

/** What a key stands for. */
export interface StoredKey {
  resource_id: string;
  fingerprint: string;
}

async function hash(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of a request. `scope`: the caller, the endpoint and the key that was sent. */
export const keyOf = async (
  scope: readonly string[],
  body: unknown,
  now: number,
): Promise<IdempotencyKey> => ({
  key: await hash(scope),
  fingerprint: await hash(body),
  now,
});

/** Reads what the key stands for. */
export const findKey = ({ key, now }: IdempotencyKey): SQL<StoredKey> =>
  sql<StoredKey>`SELECT resource_id, fingerprint FROM ${idempotencyKeys} WHERE key = ${key} AND expires_at > ${now}`;

/** Takes the key for `resourceId`, unless another request has taken it. Goes into the batch that makes the resource. */
export const takeKey = ({ key, fingerprint, now }: IdempotencyKey, resourceId: string): Statement =>
  sql`INSERT INTO ${idempotencyKeys} (key, fingerprint, resource_id, expires_at)
    VALUES (${key}, ${fingerprint}, ${resourceId}, ${now + IDEMPOTENCY_TTL_MS})
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, resource_id = excluded.resource_id,
      expires_at = excluded.expires_at
    WHERE expires_at <= ${now}`;

/** The condition that `takeKey` took the key for `resourceId`: the resource's INSERT depends upon it. True without a key. */
export const keyTaken = (key: IdempotencyKey | null, resourceId: string): SQL =>
  key === null
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM ${idempotencyKeys} WHERE key = ${key.key} AND resource_id = ${resourceId})`;

/** The id of the resource that the key stands for, as a subquery. */
export const resourceOf = ({ key }: IdempotencyKey): SQL =>
  sql`(SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key})`;

/** Frees the key for another try where it was taken for `resourceId` and `isInVain` holds. No statement without a key. */
export const releaseKey = (key: IdempotencyKey | null, resourceId: string, isInVain: SQL): Statement[] =>
  key === null
    ? []
    : [
        sql`DELETE FROM ${idempotencyKeys} WHERE key = ${key.key} AND resource_id = ${resourceId} AND ${isInVain}`,
      ];

/** The resource of an earlier request with this key, or null when this request is the first. Throws 422 on another body. */
export function replayOf(key: IdempotencyKey | null, stored: StoredKey | undefined): string | null {
  if (key === null || stored === undefined) return null;
  if (stored.fingerprint !== key.fingerprint)
    throw new Failure("idempotency_key_reused", "This Idempotency-Key was used with another body.");
  return stored.resource_id;
}
