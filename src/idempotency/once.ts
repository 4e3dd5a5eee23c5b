import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Batch, type Decoded, Parsed, type Rows } from "../db/statement.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { Failure } from "../lib/failure.ts";
import { findKey, type IdempotencyKey, keyTaken, replayOf, resourceOf, takeKey } from "./keys.ts";

/** How a repeat finds what the request made. */
export interface Repeatable<Row, Made> {
  /** Reads the resource by its id. */
  find(id: SQL): SQL<Row> | Decoded<Row>;
  /** Turns the rows of `find` into the answer of a repeat; null when the resource has been deleted. */
  replay(rows: readonly Row[], id: string): Made | null;
}

/** What a round trip found, and what an earlier request with the key made; null when this one is the first. */
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
