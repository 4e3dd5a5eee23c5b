import { is, SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { Clock } from "../lib/clock.ts";
import { assertWithinLimits, D1_LIMITS } from "./limits.ts";

/** A statement of a batch: plain SQL, whose rows come as they are, or a drizzle query, whose rows come mapped. */
export type Statement = SQL | (BatchItem<"sqlite"> & { getSQL(): SQL });

/** Where a session may begin to read: at the nearest replica, at the primary, or where a bookmark says. */
export type SessionStart = "first-unconstrained" | "first-primary" | (string & {});

/**
 * One D1 session (https://developers.cloudflare.com/d1/best-practices/read-replication/). It is opened for one invocation
 * of the Worker (a request, a batch of a queue, a tick of a cron with all of its jobs) and counts what that may still ask.
 * Whatever D1 would not take, it refuses with a D1LimitError.
 */
export interface Db {
  /** Builds queries. */
  readonly orm: DrizzleD1Database;
  /** One round trip; the rows of each statement. D1 itself repeats a read that failed. */
  read(statements: readonly Statement[]): Promise<unknown[][]>;
  /**
   * One round trip, one transaction: all or nothing. It is repeated after a passing fault, also one after which the
   * first try may have been committed, so every statement must be idempotent. What RETURNING or changes() tell of a repeat
   * may be nothing, though the first try did it: what depends upon them is decided by a trace that the change leaves.
   * @param ifRepeated statements that only a repeat runs, at its end: reads that find such a trace and cost something
   */
  write(statements: readonly Statement[], ifRepeated?: readonly Statement[]): Promise<unknown[][]>;
  /** What to send as X-D1-Bookmark, so that the caller's next read sees this session's writes. */
  bookmark(): string | null;
  /** The database's size in bytes, as the last answer gave it; 0 before the first. */
  size(): number;
  /** Queries that the invocation may still make. Work that goes on as long as there is some asks this, and stops in time. */
  queriesLeft(): number;
}

/** Faults after which the same write may be tried again (https://developers.cloudflare.com/d1/observability/debug-d1/). */
const PASSING_FAULTS =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|transient issue on remote node|client disconnected/i;

const WRITE_TRIES = 3;

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${messageOf(error.cause)}` : "";

export const isPassingFault = (error: unknown): boolean => PASSING_FAULTS.test(messageOf(error));

const dialect = new SQLiteAsyncDialect();

interface Prepared {
  query: { sql: string; params: unknown[] };
  map(result: D1Result): unknown[];
}

/** What drizzle keeps behind a query, as its D1 session uses it. */
interface DrizzlePrepared {
  getQuery(): Prepared["query"];
  mapResult(result: D1Result, isFromBatch: true): unknown[];
}

function prepare(statement: Statement): Prepared {
  if (is(statement, SQL)) return { query: dialect.sqlToQuery(statement), map: (result) => result.results };
  const prepared = (statement as unknown as { _prepare(): DrizzlePrepared })._prepare();
  return { query: prepared.getQuery(), map: (result) => prepared.mapResult(result, true) };
}

/** Queries that one portion of a job may need, and a job's record after it. */
const QUERIES_OF_A_PORTION = 100;

/** Whether the invocation has queries left for another portion of work that goes on in portions. */
export const hasRoom = (db: Pick<Db, "queriesLeft">): boolean => db.queriesLeft() >= QUERIES_OF_A_PORTION;

/** Opens a session on `d1`. `random` is for the jitter of repeated writes. */
export function openDb(
  d1: D1Database,
  start: SessionStart,
  { clock, random }: { clock: Clock; random: () => number },
): Db {
  const session = d1.withSession(start);
  // drizzle asks for a D1Database but calls only prepare() and batch(), which a session has too.
  const orm = drizzle(session as unknown as D1Database);

  // drizzle's own batch() cannot bind the parameters of plain SQL (drizzle-orm 0.45), so we make the batch ourselves.
  let size = 0;
  let spent = 0;
  const batch = async (statements: readonly Statement[]): Promise<unknown[][]> => {
    if (statements.length === 0) return [];
    const prepared = statements.map(prepare);
    assertWithinLimits(
      prepared.map(({ query }) => query),
      spent,
    );
    spent += prepared.length;
    const results = await session.batch(
      prepared.map(({ query }) => session.prepare(query.sql).bind(...query.params)),
    );
    size = results.at(-1)?.meta.size_after ?? size;
    return results.map((result, i) => prepared[i]?.map(result) ?? []);
  };

  return {
    orm,
    read: batch,
    async write(statements, ifRepeated = []) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await batch(attempt === 1 ? statements : [...statements, ...ifRepeated]);
        } catch (error) {
          if (attempt >= WRITE_TRIES || !isPassingFault(error)) throw error;
          await clock.sleep(Math.min(2_000, 100 * 2 ** attempt) * random());
        }
      }
    },
    size: () => size,
    queriesLeft: () => D1_LIMITS.queriesPerInvocation - spent,
    bookmark: () => session.getBookmark() ?? null,
  };
}
