import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { rowsOf } from "../db/json.ts";
import { type Dispatch, dispatches, type Event, events } from "../db/schema/index.ts";

/**
 * Messages for which a channel reads what it must know: dispatches, or one that nobody has made. The statements are the same
 * for both, so that explain reads as sending does.
 */
export interface Messages {
  /** Their ids, as a subquery in parentheses. */
  readonly ids: SQL;
  /** For FROM: rows with the columns of dispatches, to be chosen by `ids`. */
  readonly rows: SQLWrapper;
  /** For FROM: rows with the columns of events. */
  readonly events: SQLWrapper;
  /** What late-bound messages say, by dispatch; null: it is read. */
  readonly contents: ReadonlyMap<string, object> | null;
}

/** Dispatches that are there. @param ids as a subquery in parentheses */
export const messagesOf = (ids: SQL): Messages => ({ ids, rows: dispatches, events, contents: null });

/** A message that is not written anywhere. @param event the one that it tells of; null for a built-in type */
export const supposedMessage = (dispatch: Dispatch, event: Event | null, content: object): Messages => ({
  ids: sql`(SELECT ${dispatch.id})`,
  rows: rowsOf(dispatches, [dispatch]),
  events: rowsOf(events, event === null ? [] : [event]),
  contents: new Map([[dispatch.id, content]]),
});
