import { sha256Hex } from "../lib/sha256.ts";
import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { idempotencyKeys, type Dispatch, dispatches } from "../db/schema/index.ts";
import { type Statement, type Batch, type Decoded, Parsed, type Rows } from "../db/statement.ts";
import { DAY } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";

/** How long a key is kept (draft-ietf-httpapi-idempotency-key-header asks for it to be published). */
const IDEMPOTENCY_TTL_MS = DAY;

/** A request's key as it is stored: in hashes, so that the table holds nothing that the caller wrote. */
export interface IdempotencyKey {
  key: string;
  fingerprint: string;
  now: number;
}

/** What a key stands for. */
interface StoredKey {
  resource_id: string;
  fingerprint: string;
}

const hash = (value: unknown): Promise<string> => sha256Hex(JSON.stringify(value));

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
const keyTaken = (key: IdempotencyKey | null, resourceId: string): SQL =>
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

/** How a repeat finds what the request made. */
export interface Repeatable<Row, Made> {
  /** Reads the resource by its id. */
  find(id: SQL): SQL<Row> | Decoded<Row>;
  /** Turns the rows of `find` into the answer of a repeat; null when the resource has been deleted. */
  replay(rows: readonly Row[], id: string): Made | null;
}

/** The rows of a round trip, and the result of an earlier request with the key; null if this request is the first. */
export interface Found<B, Made> {
  /** The rows of each statement, by its name. */
  found: Rows<B>;
  earlier: Made | null;
}

/**
 * A request that is carried out once, however often it is repeated with its key: first it reads, then it writes. Both
 * throw 422 for a key used with another body, and 404 when what the key made has been deleted.
 */
export interface Once<Made> {
  /** One round trip; none without statements and a key. */
  read<B extends Batch>(batch: B): Promise<Found<B, Made>>;
  /**
   * The condition that the key stands for `id`, for the statements of `write`. It is false when a request with the same key
   * came first, and always true without a key.
   */
  isMine(id: string): SQL;
  /**
   * One round trip, one transaction: takes the key for the resource `id`, then carries out the batch.
   * @param batch its inserts must depend upon `isMine(id)`
   */
  write<B extends Batch>(id: string, batch: B): Promise<Found<B, Made>>;
}

/** @param key null when the request sent none: then each repeat makes something */
export function once<Row, Made>(
  ctx: Ctx,
  key: IdempotencyKey | null,
  { find, replay }: Repeatable<Row, Made>,
): Once<Made> {
  /**
   * Reads what an earlier request made. It runs before this request makes anything, so it finds only others' work.
   * @param own the id for which this request takes the key; null when it only reads
   */
  function findEarlier(own: string | null): Parsed<Made | null> {
    if (key === null) return Parsed.of({}, () => null);
    const taken = own === null ? [] : [takeKey(key, own)];
    return Parsed.of({ taken, keys: findKey(key), made: find(resourceOf(key)) }, ({ keys, made }) => {
      const id = replayOf(key, keys[0]);
      if (id === null || id === own) return null;
      const earlier = replay(made, id);
      if (earlier === null)
        throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
      return earlier;
    });
  }

  return {
    read: (batch) => ctx.db.read({ earlier: findEarlier(null), found: asIs(batch) }),
    isMine: (id) => keyTaken(key, id),
    write: (id, batch) => ctx.db.write({ earlier: findEarlier(id), found: asIs(batch) }),
  };
}

/** A batch of any shape as a part of another. */
const asIs = <B extends Batch>(batch: B): Parsed<Rows<B>> => Parsed.of(batch, (rows) => rows);

/** A single dispatch. */
export const DISPATCH: Repeatable<Dispatch, Dispatch> = {
  find: (id) => sql<Dispatch>`SELECT * FROM ${dispatches} WHERE id = ${id}`,
  replay: ([dispatch]) => dispatch ?? null,
};
