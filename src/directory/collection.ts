import type { SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";

/** A value of a column as code sees it; times are epoch ms. */
export type Value = string | number | boolean | null;

/** One item as a caller sends it: its id, and every column that callers set. */
export type Facts = { readonly id: string } & Readonly<Record<string, Value>>;

/** A table whose key is the caller's own id. */
export type DirectoryTable<Row = unknown> = SQLiteTable & {
  readonly id: SQLiteColumn;
  readonly $inferSelect: Row;
};

/** A column that callers do not set, such as `updated_at`. */
export interface KeptColumn {
  /** Its value in a new row. */
  initial: Value;
  /** Its value after the facts have changed, in terms of the row and of `excluded`; without this it stays. */
  changed?: SQL;
}

/** Rows that are about to be written, all in one batch. */
export interface Change<F extends Facts = Facts> {
  rows: readonly F[];
  /** True for a bulk import. */
  bulk: boolean;
  /** False when the caller asked that nobody be notified. */
  notify: boolean;
}

/** Why the database refused some rows. */
export interface Refusal {
  /** An error code, such as `org_cycle`. */
  code: string;
  detail: string;
  /** The wrong fields, as far as they could be found out. */
  bad: readonly { id: string; field: string; detail: string }[];
}

/**
 * One collection of the directory; upsert.ts, read.ts and remove.ts work with any. `F` is an item as callers send it, `S`
 * the row as it is stored.
 */
export interface Collection<F extends Facts = Facts, S extends F = F> {
  /** Its name in paths. */
  readonly name: string;
  /** What error messages call one item. */
  readonly noun: string;
  readonly table: DirectoryTable<S>;
  /** The columns that callers do not set. @param now epoch ms */
  kept?(now: number): Readonly<Record<Exclude<keyof S, keyof F>, KeptColumn>>;
  /**
   * What is stored in place of what callers sent, or beside it: for each row the columns that differ. It reads nothing of ours.
   */
  normalized?(rows: readonly F[]): Promise<readonly Readonly<Record<string, Value>>[]>;
  /** Statements that run before the rows are written, where the database would refuse them otherwise. Idempotent. */
  prepare?(change: Change<F>): readonly Statement[];
  /** Explains a write that the database refused; null when the error has another cause. */
  refusal?(ctx: Ctx, error: unknown, rows: readonly F[]): Promise<Refusal | null>;
  /** Deletes by id, where deleting the row is not enough. @throws 404 or 409 */
  remove?(ctx: Ctx, author: Author, id: string): Promise<void>;
}
