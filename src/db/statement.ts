import { is, SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { Query } from "./limits.ts";

/** SQL whose rows are decoded, for example 0 and 1 into booleans. */
export interface Decoded<Row> {
  readonly sql: SQL;
  decode(row: Readonly<Record<string, unknown>>): Row;
}

/** A query of drizzle's builder that writes: an insert, update or delete. Its rows are not read. */
export interface Write {
  toSQL(): { sql: string; params: unknown[] };
}

/** A statement that carries the shape of its rows: sql<{ id: string }>`SELECT id FROM …`. */
export type Statement<Row = unknown> = SQL<Row> | Decoded<Row> | Write;

/** The rows of a statement. */
export type RowOf<S> = S extends SQL<infer Row> ? Row : S extends Decoded<infer Row> ? Row : never;

/**
 * Statements by name. They run in the order in which they are written. A name may also stand for a list of statements, for
 * another batch, or for a `Parsed` batch.
 */
export interface Batch {
  readonly [name: string]: Statement | readonly Statement[] | Parsed<unknown> | Batch;
}

/** The rows of a batch under the names of its statements. The rows of a list of statements are one list. */
export type Rows<B> = {
  -readonly [Name in keyof B]: B[Name] extends readonly (infer S)[]
    ? RowOf<S>[]
    : B[Name] extends Parsed<infer T>
      ? T
      : B[Name] extends Statement
        ? RowOf<B[Name]>[]
        : Rows<B[Name]>;
};

/** A batch with a function that parses its rows. So a part of a larger batch hides which statements it needs. */
export class Parsed<T> {
  readonly batch: Batch;
  readonly parse: (rows: never) => T;

  private constructor(batch: Batch, parse: (rows: never) => T) {
    this.batch = batch;
    this.parse = parse;
  }

  static of<B extends Batch, T>(batch: B, parse: (rows: Rows<B>) => T): Parsed<T> {
    return new Parsed(batch, parse);
  }
}

const dialect = new SQLiteAsyncDialect();

const isWrite = (statement: object): statement is Write =>
  "toSQL" in statement && typeof statement.toSQL === "function";
const isDecoded = (statement: object): statement is Decoded<unknown> => "decode" in statement;
const isStatement = (value: Statement | Batch): value is Statement =>
  is(value, SQL) || isWrite(value) || isDecoded(value);
const isList = (value: Batch[string]): value is readonly Statement[] => Array.isArray(value);

/** A statement as it goes to D1. */
export function queryOf(statement: Statement): Query {
  if (is(statement, SQL)) return dialect.sqlToQuery(statement);
  if (isDecoded(statement)) return dialect.sqlToQuery(statement.sql);
  return statement.toSQL();
}

/** The statements of a batch in their order. */
export const statementsOf = (batch: Batch): Statement[] =>
  Object.values(batch).flatMap((value) => {
    if (isList(value)) return value;
    if (value instanceof Parsed) return statementsOf(value.batch);
    return isStatement(value) ? [value] : statementsOf(value);
  });

type Results = Iterator<readonly Readonly<Record<string, unknown>>[]>;

/** The rows of each statement under the names of the batch. @param results in the order of `statementsOf` */
export function rowsByName<B extends Batch>(batch: B, results: Results): Rows<B> {
  const named = Object.entries<Batch[string]>(batch).map(([name, value]) => [name, resultOf(value, results)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where rows get the type that their statement declares
  return Object.fromEntries(named) as Rows<B>;
}

function resultOf(value: Batch[string], results: Results): unknown {
  const rowsOf = (statement: Statement): readonly unknown[] => {
    const rows: readonly Readonly<Record<string, unknown>>[] = results.next().value ?? [];
    return isDecoded(statement) ? rows.map((row) => statement.decode(row)) : rows;
  };
  if (isList(value)) return value.flatMap(rowsOf);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Parsed.of` checked that `parse` takes these rows
  if (value instanceof Parsed) return value.parse(rowsByName(value.batch, results) as never);
  return isStatement(value) ? rowsOf(value) : rowsByName(value, results);
}
