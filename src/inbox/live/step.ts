import { type InboxRow, printCursor, printMessage } from "../message.ts";
import type { Standing } from "../queries.ts";
import { isTooLarge } from "./flow.ts";
import { type Frame, MAX_CHANGES } from "./protocol.ts";

/**
 * The position of a connection: the last change that its client has seen; `now` if it begins with the next change; `lost` if
 * its client must list the inbox again.
 */
export type Position = number | "now" | "lost";

/** The result of one read of the database. */
export interface InboxState extends Standing {
  /** `rows` are the changes after this position. Infinity: none were read. */
  since: number;
  /** Latest first, up to one more than MAX_CHANGES. */
  rows: readonly InboxRow[];
}

const RESET = { frame: { type: "reset" } as const, position: "lost" as const };

/**
 * The frame to send to a connection after a read, and the connection's new position; null when there is nothing to send.
 * @param awaits whether the client has asked for changes, and so gets an answer even if nothing is new
 */
export function step(
  position: Position,
  awaits: boolean,
  { since, head, unread, rows }: InboxState,
): { frame: Frame; position: Position } | null {
  if (position === "lost") return awaits ? RESET : null;
  const from = position === "now" ? head : position;
  // The position is beyond the latest change: the last rows were deleted, or the database was restored.
  if (from > head) return RESET;
  // It connected during the read, or asked for older changes. The next read covers it.
  if (position !== "now" && from < since) return null;
  const newer = rows.filter((row) => row.inbox_seq > from);
  if (newer.length > MAX_CHANGES) return RESET;
  if (newer.length === 0 && !awaits) return null;
  const messages = newer.toReversed().map(printMessage);
  const frame = { type: "changes", cursor: printCursor(head), unread_count: unread, messages } as const;
  return isTooLarge(frame) ? RESET : { frame, position: head };
}
