import type { SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";

/** A value of a column as code sees it; times are epoch ms. */
export type Value = string | number | boolean | null;

/** What a caller says of one thing: its id, and every column that callers set. */
export type Facts = { readonly id: string } & Readonly<Record<string, Value>>;

/** A table whose key is the caller's own id. */
export type DirectoryTable<Row = unknown> = SQLiteTable & {
  readonly id: SQLiteColumn;
  readonly $inferSelect: Row;
};

/** A column that we keep beside the caller's facts, such as `updated_at`. */
export interface KeptColumn {
  /** Its value in a new row. */
  initial: Value;
  /** Its new value when the facts change, in terms of the row and of `excluded`; without it, it stays. */
  changed?: SQL;
}

/** Rows that are about to be written, all in one batch. */
export interface Change<F extends Facts = Facts> {
  rows: readonly F[];
  /** Whether they come from an import rather than one by one. */
  bulk: boolean;
  /** False when the caller asked that nobody be notified. */
  notify: boolean;
}

/** Why the database did not take some rows. */
export interface Refusal {
  /** For programs, such as `org_cycle`. */
  code: string;
  detail: string;
  /** Which fields of which rows, as far as it can be known. */
  bad: readonly { id: string; field: string; detail: string }[];
}

/**
 * One collection of the directory, for the verbs in upsert, read and remove. `F` are the facts that callers set, `S` is
 * the row as it is stored. Optional members are left out where they are not needed.
 */
export interface Collection<F extends Facts = Facts, S extends F = F> {
  /** Its name in paths. */
  readonly name: string;
  /** What one thing of it is called in messages. */
  readonly noun: string;
  readonly table: DirectoryTable<S>;
  /** The columns that callers do not set. @param now epoch ms */
  kept?(now: number): Readonly<Record<Exclude<keyof S, keyof F>, KeptColumn>>;
  /** Statements that must come before the rows are written, so that the database takes them. Idempotent. */
  prepare?(change: Change<F>): readonly Statement[];
  /** Explains a write that the database refused; null when the error is not of this collection. */
  refusal?(ctx: Ctx, error: unknown, rows: readonly F[]): Promise<Refusal | null>;
  /** Deletes by id, where deleting the row is not enough. @throws 404 or 409 */
  remove?(ctx: Ctx, author: Author, id: string): Promise<void>;
}
