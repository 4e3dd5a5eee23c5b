import type { Production } from "../production.ts";

export const DAY = 86_400_000;

type Db = Production["db"];

const PORTION = 20_000;

/**
 * Runs `insert`, which selects from `n(i)`, for each i from `from` to `to - 1`. It does not go through the Worker, as
 * filling is not measured. `?1` is the time (epoch ms). D1 binds numbers as REAL, hence the casts.
 */
export async function fill(db: Db, insert: string, from: number, to: number, now: number): Promise<void> {
  for (let start = from; start < to; start += PORTION)
    await db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT CAST(?2 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < CAST(?3 AS INTEGER) - 1)
         ${insert}`,
      )
      .bind(now, start, Math.min(to, start + PORTION))
      .run();
}

/** SQL of a UUIDv7 of the time `ms` (an SQL expression), made unique by the number `i`. */
export const uuidAt = (ms: string, i = "i"): string =>
  `printf('%08x-%04x-7000-8000-%012x', CAST(${ms} AS INTEGER) >> 16, CAST(${ms} AS INTEGER) & 65535, ${i})`;
