import { type SQL, sql } from "drizzle-orm";
import { Parsed } from "../db/statement.ts";
import { dispatches } from "../db/schema/index.ts";
import type { InboxRow } from "./message.ts";

/** Unread messages are counted up to this number: no badge shows more. */
export const UNREAD_CAP = 1_000;

// Each query names its index. Without statistics SQLite would use the one over all dispatches of the user.
const listed = sql`${dispatches} INDEXED BY dispatches_inbox`;
const unreadOnes = sql`${dispatches} INDEXED BY dispatches_unread`;

/** The condition that a message is in the user's inbox. It repeats the conditions of the partial indexes; SQLite needs that. */
export const inInbox = (userId: string): SQL =>
  sql`user_id = ${userId} AND channel = 'in_app' AND status = 'delivered'`;

const columns = sql.raw(
  "id, type, title, body, data, expires_at, read_at, archived_at, delivered_at, updated_at, inbox_seq",
);

const unreadOf = (userId: string): SQL =>
  sql`${unreadOnes} WHERE ${inInbox(userId)} AND read_at IS NULL AND archived_at IS NULL`;

/** The state of an inbox: how many messages are unread (up to the cap), and the position of the latest change (0: none yet). */
export interface Standing {
  unread: number;
  head: number;
}

const standing = (userId: string): SQL<Standing> =>
  sql<Standing>`SELECT (SELECT count(*) FROM (SELECT 1 FROM ${unreadOf(userId)} LIMIT ${UNREAD_CAP})) AS unread,
    (SELECT coalesce(max(inbox_seq), 0) FROM ${dispatches} INDEXED BY dispatches_inbox_changes
      WHERE user_id = ${userId} AND inbox_seq IS NOT NULL) AS head`;

/** Reads the state of the user's inbox. */
export const standingOf = (userId: string): Parsed<Standing> =>
  Parsed.of({ found: standing(userId) }, ({ found }) => found[0] ?? { unread: 0, head: 0 });

/** The ids of up to `limit` unread messages, as a subquery in parentheses. */
export const unreadIds = (userId: string, limit: number): SQL =>
  sql`(SELECT id FROM ${unreadOf(userId)} LIMIT ${limit})`;

/** Messages that were marked as read at `now`. Their `inbox_seq` is at least `now`, so the query reads no others. */
export const readAt = (userId: string, now: number, limit: number): SQL =>
  sql`SELECT 1 FROM ${dispatches} INDEXED BY dispatches_inbox_changes
    WHERE user_id = ${userId} AND inbox_seq >= ${now} AND read_at = ${now} LIMIT ${limit}`;

/** The filter of a list. */
export interface InboxFilter {
  /** Only the archived ones, or only the others. */
  archived: boolean;
  /** Only the unread ones, or only the read ones. */
  unread?: boolean | undefined;
  type?: string | undefined;
  /** A condition on the type: which are of a category. */
  ofCategory?: SQL | undefined;
}

/** A page of the inbox, newest first, up to one more than `limit`. `before`: the last id of the page before. */
export function listInboxPage(
  userId: string,
  { archived, unread, type, ofCategory }: InboxFilter,
  { limit, before }: { limit: number; before: string | null },
): SQL<InboxRow> {
  const conditions = [
    unread === true && !archived
      ? unreadOf(userId)
      : sql`${listed} WHERE ${inInbox(userId)} AND (archived_at IS NOT NULL) = ${archived ? 1 : 0}`,
    ...(unread === true && archived ? [sql`read_at IS NULL`] : []),
    ...(unread === false ? [sql`read_at IS NOT NULL`] : []),
    ...(type === undefined ? [] : [sql`+type = ${type}`]),
    ...(ofCategory === undefined ? [] : [ofCategory]),
    ...(before === null
      ? []
      : [
          sql`(delivered_at, id) < (SELECT b.delivered_at, b.id FROM ${dispatches} b WHERE b.id = ${before})`,
        ]),
  ];
  return sql<InboxRow>`SELECT ${columns} FROM ${sql.join(conditions, sql` AND `)}
    ORDER BY delivered_at DESC, id DESC LIMIT ${limit + 1}`;
}

/** So many of the latest messages tell which categories an inbox has. */
const RECENT = 500;

/** The types of the user's latest messages that are not archived, each once, as a subquery. */
export const recentTypes = (userId: string): SQL =>
  sql`(SELECT DISTINCT type FROM (SELECT type FROM ${listed} WHERE ${inInbox(userId)} AND (archived_at IS NOT NULL) = 0
    ORDER BY delivered_at DESC, id DESC LIMIT ${RECENT}))`;

/** One message of the user's inbox. */
export const findMessage = (userId: string, id: string): SQL<InboxRow> =>
  sql<InboxRow>`SELECT ${columns} FROM ${dispatches} WHERE id = ${id} AND ${inInbox(userId)}`;

/** Messages that arrived or changed after `seq`, latest first, up to `limit`. */
export const changesSince = (userId: string, seq: number, limit: number): SQL<InboxRow> =>
  sql<InboxRow>`SELECT ${columns} FROM ${dispatches} INDEXED BY dispatches_inbox_changes
    WHERE user_id = ${userId} AND inbox_seq > ${seq} ORDER BY inbox_seq DESC LIMIT ${limit}`;
