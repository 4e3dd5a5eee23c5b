/** Rows of the users of a portion, as far as one look takes them in. */
export interface WholeUsers<T> {
  rows: readonly T[];
  /** Whether this look takes in a user, and with that all of their rows. Others stay due, for the next look. */
  covers(userId: string): boolean;
}

/**
 * Of a query's rows, in order of `user_id` and cut off after `limit`, those of the users who are whole: however much the
 * users of a portion have, a look is bounded. A first user who has more by themselves is taken as far as the rows go, so
 * that each look gets on.
 */
export function wholeUsers<T extends { user_id: string }>(rows: readonly T[], limit: number): WholeUsers<T> {
  const last = rows.at(-1)?.user_id;
  if (last === undefined || rows.length < limit) return { rows, covers: () => true };
  if (rows[0]?.user_id === last) return { rows, covers: (userId) => userId <= last };
  return { rows: rows.filter((row) => row.user_id < last), covers: (userId) => userId < last };
}
