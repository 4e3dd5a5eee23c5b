import type { Dispatch } from "../db/schema/index.ts";
import { iso, isoOrNull } from "../lib/clock.ts";
import { printId } from "../lib/ids.ts";
import { parseObject } from "../lib/objects.ts";

/** The columns of a delivered in-app dispatch that the inbox reads. Times are epoch ms. */
export type InboxRow = Pick<
  Dispatch,
  "id" | "type" | "title" | "body" | "data" | "expires_at" | "read_at" | "archived_at" | "updated_at"
> & {
  delivered_at: number;
  /** Grows with each message that arrives or changes in this user's inbox. */
  inbox_seq: number;
};

/** A message as its reader gets it, by HTTP and live. Times are ISO 8601. */
export interface InboxMessage {
  id: string;
  type: string;
  title: string;
  body: string;
  data: Record<string, unknown> | null;
  sent_at: string;
  /** The message stays after this time, but the client may show it as out of date. */
  expires_at: string | null;
  read_at: string | null;
  archived_at: string | null;
  updated_at: string;
}

export const printMessage = (row: InboxRow): InboxMessage => ({
  id: printId("notif", row.id),
  type: row.type,
  title: row.title ?? "",
  body: row.body ?? "",
  data: row.data === null ? null : parseObject(row.data),
  sent_at: iso(row.delivered_at),
  expires_at: isoOrNull(row.expires_at),
  read_at: isoOrNull(row.read_at),
  archived_at: isoOrNull(row.archived_at),
  updated_at: iso(row.updated_at),
});

/** The cursor that a client keeps: a position in the user's changes. Clients must not interpret it. */
export const printCursor = (seq: number): string => String(seq);
