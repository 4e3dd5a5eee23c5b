/** Totals are exact up to here; beyond, they are capped and a cursor goes on. */
export const TOTAL_CAP = 10_000;

/** Which rows of a list to fetch. */
export interface Page {
  page: number;
  limit: number;
  offset: number;
  /** The last id of the page before. */
  before: string | null;
}

/** One page of a list: rows (up to one more than asked for), and how many there are in all (up to one over the cap). */
export interface Listed<T> {
  rows: T[];
  total: number;
}
