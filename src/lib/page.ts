/** Totals are exact up to this number. Above it they are capped; a cursor still reaches every row. */
export const TOTAL_CAP = 10_000;

/** Which rows of a list to fetch. */
export interface Page {
  page: number;
  limit: number;
  offset: number;
  /** The last id of the previous page. */
  before: string | null;
  /** How many rows the list has, as its cursor says: it was counted for the first page. Null: it must be counted. */
  total: number | null;
}

/** One page of a list. One row beyond `limit` means that there is a next page; one above TOTAL_CAP, that there are more. */
export interface Listed<T> {
  rows: T[];
  total: number;
}
