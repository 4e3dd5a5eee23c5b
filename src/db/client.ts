import type { SQL } from "drizzle-orm";
import type { Clock } from "../lib/clock.ts";
import { assertWithinLimits, D1_LIMITS } from "./limits.ts";
import { type Batch, queryOf, type Rows, rowsByName, type Statement, statementsOf } from "./statement.ts";

/** Where a session may begin to read: at the nearest replica, at the primary, or where a bookmark says. */
export type SessionStart = "first-unconstrained" | "first-primary" | (string & {});

/**
 * One D1 session (https://developers.cloudflare.com/d1/best-practices/read-replication/). It is opened for one invocation
 * of the Worker (a request, a batch of a queue, or a cron tick with all its jobs) and counts the queries that are left.
 * It throws a D1LimitError for a batch that exceeds a limit of D1.
 */
export interface Db {
  /** One round trip. Returns the rows of each statement under its name. D1 itself repeats a failed read. */
  read<B extends Batch>(batch: B): Promise<Rows<B>>;
  /**
   * One round trip, one transaction. It is repeated after a temporary fault, even if the first try may have been committed.
   * So every statement must be idempotent. In a repeat RETURNING and changes() may be empty although the first try made the
   * change: to find out what happened, read something that the change wrote.
   * @param ifRepeated statements that run only at the end of a repeat: such reads, where they cost something. After a first
   *   try their names are undefined
   */
  write<B extends Batch>(batch: B): Promise<Rows<B>>;
  write<B extends Batch, R extends Batch>(batch: B, ifRepeated: R): Promise<Rows<B> & Partial<Rows<R>>>;
  /** What to send as X-D1-Bookmark, so that the caller's next read sees this session's writes. */
  bookmark(): string | null;
  /** The size of the database in bytes, from the last answer; 0 before the first. */
  size(): number;
  /** Queries that the invocation may still make. Work in portions asks this before each portion. */
  queriesLeft(): number;
}

/** Faults after which the same write may be tried again (https://developers.cloudflare.com/d1/observability/debug-d1/). */
const PASSING_FAULTS =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|transient issue on remote node|client disconnected/i;

const WRITE_TRIES = 3;

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${messageOf(error.cause)}` : "";

export const isPassingFault = (error: unknown): boolean => PASSING_FAULTS.test(messageOf(error));

/** The most queries that one portion of a job needs, with the record of the job's run. */
const QUERIES_OF_A_PORTION = 100;

/** Whether the invocation has queries left for another portion. */
export const hasRoom = (db: Pick<Db, "queriesLeft">): boolean => db.queriesLeft() >= QUERIES_OF_A_PORTION;

/** A statement that runs at the end of every write, and what is done with its rows before the write returns. It must not throw. */
export interface Tail<Row> {
  statement: SQL<Row>;
  /** @param db the session, whose writes have no tail here: what is done with the rows starts nothing again */
  done(rows: readonly Row[], db: Pick<Db, "write">): Promise<void>;
}

/** Opens a session on `d1`. `random` is for the jitter of repeated writes. */
export function openDb<Row = never>(
  d1: D1Database,
  start: SessionStart,
  { clock, random }: { clock: Clock; random: () => number },
  tail: Tail<Row> | null = null,
): Db {
  const session = d1.withSession(start);
  let size = 0;
  let spent = 0;
  const send = async (statements: readonly Statement[]): Promise<Record<string, unknown>[][]> => {
    if (statements.length === 0) return [];
    const queries = statements.map(queryOf);
    assertWithinLimits(queries, spent);
    spent += queries.length;
    const results = await session.batch<Record<string, unknown>>(
      queries.map((query) => session.prepare(query.sql).bind(...query.params)),
    );
    size = results.at(-1)?.meta.size_after ?? size;
    return results.map((result) => result.results);
  };

  const repeatedly = async <T>(attempt: (isRepeat: boolean) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(tries > 1);
      } catch (error) {
        if (tries >= WRITE_TRIES || !isPassingFault(error)) throw error;
        await clock.sleep(Math.min(2_000, 100 * 2 ** tries) * random());
      }
    }
  };

  const run = async <B extends Batch>(batch: B): Promise<Rows<B>> =>
    rowsByName(batch, (await send(statementsOf(batch))).values());

  const runWithTail = async <B extends Batch>(batch: B): Promise<Rows<B>> => {
    const statements = statementsOf(batch);
    if (tail === null || statements.length === 0) return run(batch);
    const results = (await send([...statements, tail.statement])).values();
    const rows = rowsByName(batch, results);
    const { found } = rowsByName({ found: tail.statement }, results);
    if (found.length > 0) await tail.done(found, { write: writeBy(run) });
    return rows;
  };

  const writeBy =
    (once: <B extends Batch>(batch: B) => Promise<Rows<B>>): Db["write"] =>
    <B extends Batch>(batch: B, ifRepeated?: Batch) =>
      repeatedly((isRepeat) => once(isRepeat && ifRepeated ? { ...batch, ...ifRepeated } : batch));

  return {
    read: run,
    write: writeBy(runWithTail),
    size: () => size,
    queriesLeft: () => D1_LIMITS.queriesPerInvocation - spent,
    bookmark: () => session.getBookmark() ?? null,
  };
}
