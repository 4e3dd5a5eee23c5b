import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { Failure } from "../lib/failure.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  resourceOf,
  type StoredKey,
  takeKey,
} from "./keys.ts";

/** What a request with a key makes, and how a repeat finds it. */
export interface Repeatable<Made> {
  /** Reads it, by its id. */
  find(id: SQL): Statement;
  /** Whatever `find` found, as a repeat is to have it; null when it has been deleted. */
  replay(rows: readonly unknown[], id: string): Made | null;
}

/** What a round trip found, and what an earlier request with the key made; null when this one is the first. */
export interface Found<Made> {
  /** The rows of each statement. */
  found: unknown[][];
  earlier: Made | null;
}

/**
 * A request that is carried out once, whatever its key is repeated for: first it reads, then it writes. Both throw 422 for
 * a key used with another body, and 404 when what the key made has been deleted.
 */
export interface Once<Made> {
  /** One round trip; none without statements and a key. */
  read(statements: readonly Statement[]): Promise<Found<Made>>;
  /**
   * One round trip, one transaction: takes the key for the resource `id`, makes it, and reads `look`.
   * @param make statements that make the resource only if `isMine`: a request with the same key may have come first
   */
  write(
    id: string,
    make: (isMine: SQL) => readonly Statement[],
    look?: readonly Statement[],
  ): Promise<Found<Made>>;
}

/** @param key the request's; null when it sent none, and may make something each time */
export function once<Made>(
  ctx: Ctx,
  key: IdempotencyKey | null,
  { find, replay }: Repeatable<Made>,
): Once<Made> {
  const keyed = key === null ? [] : [findKey(key), find(resourceOf(key))];

  function earlierIn([stored = [], rows = []]: readonly unknown[][], own: string | null): Made | null {
    const id = replayOf(key, stored[0] as StoredKey | undefined);
    if (id === null || id === own) return null;
    const made = replay(rows, id);
    if (made === null) throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
    return made;
  }

  return {
    async read(statements) {
      const results = await ctx.db.readList([...keyed, ...statements]);
      return { found: results.slice(keyed.length), earlier: earlierIn(results, null) };
    },
    async write(id, make, look = []) {
      // What the key stands for is read before anything is made: it is there only if another request made it.
      const taking = key === null ? [] : [takeKey(key, id), ...keyed];
      const making = make(keyTaken(key, id));
      const results = await ctx.db.writeList([...taking, ...making, ...look]);
      return {
        found: results.slice(taking.length + making.length),
        earlier: earlierIn(results.slice(1), id),
      };
    },
  };
}

/** A single dispatch. */
export const DISPATCH: Repeatable<Dispatch> = {
  find: (id) => sql`SELECT * FROM ${dispatches} WHERE id = ${id}`,
  replay: ([dispatch]) => (dispatch as Dispatch | undefined) ?? null,
};
