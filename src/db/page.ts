import { type SQL, sql } from "drizzle-orm";
import { type Listed, type Page, TOTAL_CAP } from "../lib/page.ts";
import { Parsed } from "./statement.ts";

/** The condition that a row comes after the page before: lists show the newest ids first. @param id the column */
export const afterCursor = ({ before }: Pick<Page, "before">, id: SQL): SQL =>
  before === null ? sql`true` : sql`${id} < ${before}`;

/** `LIMIT` and `OFFSET` of a page, with the row beyond it that shows whether there is another. */
export const limitOf = ({ limit, offset }: Pick<Page, "limit" | "offset">): SQL =>
  sql`LIMIT ${limit + 1} OFFSET ${offset}`;

/**
 * A page of a list, and how many rows the list has, up to the cap. Only the first page of a cursor counts: that reads each
 * row of the list, or of its index.
 * @param rows reads the page
 * @param list FROM and WHERE of the whole list
 */
export const listedBy = <Row>(
  { total }: Pick<Page, "total">,
  rows: SQL<Row> | Parsed<Row[]>,
  list: SQL,
): Parsed<Listed<Row>> =>
  Parsed.of(
    {
      rows: rows instanceof Parsed ? rows : Parsed.of({ rows }, (found) => found.rows),
      counted: total === null ? [countOf(list)] : [],
    },
    ({ rows: found, counted }) => ({ rows: found, total: total ?? counted[0]?.total ?? 0 }),
  );

const countOf = (list: SQL) =>
  sql<{ total: number }>`SELECT count(*) AS total FROM (SELECT 1 ${list} LIMIT ${TOTAL_CAP + 1})`;
