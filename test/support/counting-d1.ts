import type { Pass } from "./interrupts.ts";
import { standIn } from "./stand-in.ts";

/** What a test can count, and break, at D1. */
export interface D1Meter {
  /** Round trips since the last reset. */
  trips: number;
  rowsRead: number;
  rowsWritten: number;
  /** The statements of each trip, for EXPLAIN QUERY PLAN. */
  statements: { sql: string; params: unknown[] }[];
  reset(): void;
  /** The next round trip that writes fails: before it is run, or after it has been committed. */
  failNext(when: "before" | "after", message?: string): void;
  /** D1 is away until called with false. */
  away(away: boolean): void;
}

const PASSING = "D1_ERROR: Network connection lost.";

interface Failing {
  when: "before" | "after";
  message: string;
}

/** A D1 database that is the real one, seen through a meter: every `batch`, `run`, `all`, `raw` is one round trip. */
export function countingD1(
  real: D1Database,
  pass: Pass = (_, call) => call(),
): { db: D1Database; meter: D1Meter } {
  const queue: Failing[] = [];
  let isAway = false;
  const meter: D1Meter = {
    trips: 0,
    rowsRead: 0,
    rowsWritten: 0,
    statements: [],
    reset() {
      Object.assign(meter, { trips: 0, rowsRead: 0, rowsWritten: 0, statements: [] });
    },
    failNext: (when, message = PASSING) => void queue.push({ when, message }),
    away: (away) => void (isAway = away),
  };

  const count = (result: D1Result) => {
    meter.rowsRead += result.meta.rows_read;
    meter.rowsWritten += result.meta.rows_written;
  };

  async function trip<T>(
    texts: readonly string[],
    run: () => Promise<T>,
    results: (answer: T) => D1Result[],
  ): Promise<T> {
    meter.trips++;
    if (isAway) throw new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.");
    const writes = texts.some((text) => !/^\s*(select|with)/i.test(text));
    const failing = writes ? queue.shift() : undefined;
    if (failing?.when === "before") throw new Error(failing.message);
    const answer = await pass("d1", run);
    results(answer).forEach(count);
    if (failing?.when === "after") throw new Error(failing.message);
    return answer;
  }

  const originals = new WeakMap<
    D1PreparedStatement,
    { statement: D1PreparedStatement; sql: string; params: unknown[] }
  >();

  function wrap(statement: D1PreparedStatement, sql: string, params: unknown[]): D1PreparedStatement {
    const note = () => meter.statements.push({ sql, params });
    const none = () => [];
    const wrapped = standIn(statement, {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), sql, values),
      run: () => (
        note(),
        trip(
          [sql],
          () => statement.run(),
          (result) => [result],
        )
      ),
      all: () => (
        note(),
        trip(
          [sql],
          () => statement.all(),
          (result) => [result],
        )
      ),
      first: () => (note(), trip([sql], () => statement.first(), none)),
      raw: () => (note(), trip([sql], () => statement.raw(), none)),
    });
    originals.set(wrapped, { statement, sql, params });
    return wrapped;
  }

  const around = (source: D1Database | D1DatabaseSession) => ({
    prepare: (sql: string) => wrap(source.prepare(sql), sql, []),
    batch: (statements: D1PreparedStatement[]) => {
      const known = statements.map((statement) => {
        const original = originals.get(statement);
        if (!original) throw new Error("A statement that was not prepared here");
        return original;
      });
      meter.statements.push(...known.map(({ sql, params }) => ({ sql, params })));
      return trip(
        known.map(({ sql }) => sql),
        () => source.batch(known.map(({ statement }) => statement)),
        (results) => results,
      );
    },
  });

  const db = standIn(real, {
    ...around(real),
    withSession: (start?: string) => {
      const session = real.withSession(start);
      return { ...around(session), getBookmark: () => session.getBookmark() };
    },
  });
  return { db, meter };
}
