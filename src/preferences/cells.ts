import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Switch } from "../content/type.ts";
import { keysOf, parseJson } from "../lib/objects.ts";

/** The row of the matrix that stands for a whole channel: off means off, whatever the categories say. */
export const ALL = "all";

/** A category of notifications, in the matrix: `orders`, `deadlines`. */
export const CATEGORY = /^[a-z][a-z0-9_]{0,63}$/;

/** What somebody has chosen: category → channel → whether it is on. What is missing is inherited. */
export type Cells = { readonly [category: string]: { readonly [channel: string]: boolean } };

/** The cells that are columns, because the user contract has them as flat fields. All are of the e-mail channel. */
export const FLAT_CELLS = {
  email_notifications_enabled: ALL,
  new_match_notifications: "matches",
  deadline_notifications: "deadlines",
  weekly_digest_enabled: "digest",
  application_status_notifications: "applications",
} as const satisfies Record<Switch | "email_notifications_enabled", string>;

const columnOf = (category: string, channel: string) =>
  channel === "email" ? keysOf(FLAT_CELLS).find((column) => FLAT_CELLS[column] === category) : undefined;

/** Changes of cells: category → channel → on or off, or null to inherit again. */
export type CellChanges = { readonly [category: string]: { readonly [channel: string]: boolean | null } };

/** A column of a user's preferences, and its new value. */
export interface Assignment {
  column: string;
  value: SQL;
}

/** The columns that these changes set, each with its new value. What they do not name stays. */
export function assignmentsOf(changes: CellChanges): Assignment[] {
  const flat: Assignment[] = [];
  // A merge patch (RFC 7396): null removes a cell.
  const patch: Record<string, Record<string, boolean | null>> = {};
  for (const [category, row] of Object.entries(changes))
    for (const [channel, on] of Object.entries(row)) {
      const column = columnOf(category, channel);
      if (column === undefined) patch[category] = { ...patch[category], [channel]: on };
      else flat.push({ column, value: sql`${on === null ? null : Number(on)}` });
    }
  const merged = sql`json_patch(iif(json_valid(cells), cells, '{}'), ${JSON.stringify(patch)})`;
  return Object.keys(patch).length === 0
    ? flat
    : [...flat, { column: "cells", value: sql`nullif(${merged}, '{}')` }];
}

/** The columns of `ChosenRow`, of a user's preferences `p`. */
export const CHOSEN: SQL = sql.raw(
  [...Object.keys(FLAT_CELLS), "cells", "quiet_hours"].map((column) => `p.${column}`).join(", "),
);

/** A user's choices as they are read. All is null if the user has never made any. */
export type ChosenRow = { [Column in keyof typeof FLAT_CELLS]: 0 | 1 | boolean | null } & {
  cells: string | null;
  quiet_hours: string | null;
};

const stored = z.record(z.string(), z.record(z.string(), z.boolean()));

/** The matrix of what a user has chosen. */
export function cellsOf(row: ChosenRow): Cells {
  // What cannot be read must not stop a round of other users' messages: it counts as nothing chosen.
  const { data = {} } = stored.safeParse(row.cells === null ? {} : parseJson(row.cells));
  const cells: Record<string, Record<string, boolean>> = data;
  for (const column of keysOf(FLAT_CELLS)) {
    const [category, value] = [FLAT_CELLS[column], row[column]];
    if (value !== null) cells[category] = { ...cells[category], email: Boolean(value) };
  }
  return cells;
}
