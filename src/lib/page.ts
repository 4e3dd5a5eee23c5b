/** Totals are exact up to this number. Above it they are capped; a cursor still reaches every row. */
export const TOTAL_CAP = 10_000;

/** Which rows of a list to fetch. */
export interface Page {
  page: number;
  limit: number;
  offset: number;
  /** The last id of the previous page. */
  before: string | null;
}

/** One page of a list. There may be one row more than `limit`, and `total` may be one above the cap: they tell that there is more. */
export interface Listed<T> {
  rows: T[];
  total: number;
}
