import { getTableColumns, type InferInsertModel, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { chunksByBytes } from "../lib/chunks.ts";
import type { Decoded } from "./statement.ts";

/**
 * D1 allows 100 bound parameters a statement and 2 MB a string, so a list of values goes in as one JSON array.
 * Portions stay under this many bytes.
 */
export const JSON_PARAMETER_BYTES = 1_500_000;

/** `column IN (…)` with one parameter, whatever the number of values. */
export const inJson = (column: SQLWrapper, values: readonly (string | number)[]): SQL =>
  sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;

/**
 * `column IN (…)` for more values than one JSON parameter can hold: one condition for each parameter. Each condition needs
 * a statement of its own.
 */
export const inJsonParts = (column: SQLWrapper, values: readonly string[]): SQL[] =>
  chunksByBytes(values, JSON_PARAMETER_BYTES).map((part) => inJson(column, part));

/** Reads whole rows of a table as drizzle types them: booleans are booleans, not 0 and 1. */
export const selectWhole = <T extends SQLiteTable>(table: T, where: SQL): Decoded<T["$inferSelect"]> => ({
  sql: sql`SELECT * FROM ${table} WHERE ${where}`,
  decode: (row) =>
    Object.fromEntries(
      columnsOf(table).map(([property, column]) => {
        const value = row[column.name];
        return [property, value == null ? null : column.mapFromDriverValue(value)];
      }),
    ),
});

/** The columns of `table` with their property names. */
const columnsOf = (table: SQLiteTable) => Object.entries(getTableColumns(table));

/**
 * `parts` with commas between them. Neighbouring texts become one chunk of SQL, because drizzle is slow on wide rows when
 * each column is a chunk.
 */
function listed(parts: readonly (SQL | string)[]): SQL {
  const chunks: SQL[] = [];
  let text = "";
  for (const [i, part] of parts.entries()) {
    if (i > 0) text += ", ";
    if (typeof part === "string") text += part;
    else {
      chunks.push(sql.raw(text), part);
      text = "";
    }
  }
  return sql.join([...chunks, sql.raw(text)]);
}

/** A row as json_each reads it: values as the table stores them, by the names of its columns. */
const encode = (columns: ReturnType<typeof columnsOf>, row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    columns.map(([property, column]) => {
      const value = row[property];
      return [column.name, value == null ? null : column.mapToDriverValue(value)];
    }),
  );

/** Rows that are nowhere stored, as a subquery in parentheses with all columns of `table`. One parameter. */
export function rowsOf<T extends SQLiteTable>(table: T, rows: readonly T["$inferSelect"][]): SQL {
  const columns = columnsOf(table);
  const values = columns.map(([, { name }]) => `value->>'${name}' AS "${name}"`);
  const encoded = rows.map((row) => encode(columns, row as Record<string, unknown>));
  return sql`(SELECT ${listed(values)} FROM json_each(${JSON.stringify(encoded)}))`;
}

/**
 * `INSERT INTO table SELECT … FROM json_each(?)`: any number of rows with one parameter. Rows must all have the
 * columns of the first one.
 * @param where which rows to insert, in terms of json_each's `value` (default: all)
 * @param onConflict for instance sql`ON CONFLICT DO NOTHING`
 * @param computed columns that the database computes, in terms of json_each's `value`; the values in the rows are
 *   ignored
 */
export function insertRows<T extends SQLiteTable>(
  table: T,
  rows: readonly InferInsertModel<T>[],
  {
    where = sql`true`,
    onConflict = sql``,
    computed = {},
  }: { where?: SQL; onConflict?: SQL; computed?: { readonly [C in keyof InferInsertModel<T>]?: SQL } } = {},
): SQL {
  const given = new Set(Object.keys(rows[0] ?? {}));
  const columns = columnsOf(table).filter(([property]) => given.has(property));
  const encoded = rows.map((row) => encode(columns, row as Record<string, unknown>));
  const names = columns.map(([, column]) => `"${column.name}"`);
  const computedOf = new Map<string, SQL>(Object.entries(computed));
  const values = columns.map(([property, column]) => computedOf.get(property) ?? `value->>'${column.name}'`);
  return sql`INSERT INTO ${table} (${listed(names)}) SELECT ${listed(values)} FROM json_each(${JSON.stringify(encoded)}) WHERE ${where} ${onConflict}`;
}
