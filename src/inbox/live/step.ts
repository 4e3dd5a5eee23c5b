import { type InboxRow, printCursor, printMessage } from "../message.ts";
import type { Standing } from "../queries.ts";
import { isTooLarge } from "./flow.ts";
import { type Frame, MAX_CHANGES } from "./protocol.ts";

/**
 * Where a connection stands: what its client has seen, `now` for one that has yet to begin, or `lost` for one that was
 * told to list again.
 */
export type Position = number | "now" | "lost";

/** What one look into the database found. */
export interface Look extends Standing {
  /** The rows are all changes after this, but for what is over the limit. Infinity: none were asked for. */
  since: number;
  /** Latest first, up to one more than MAX_CHANGES. */
  rows: readonly InboxRow[];
}

const RESET = { frame: { type: "reset" } as const, position: "lost" as const };

/**
 * What a connection is to be told after a look, and where it stands then; null when there is nothing to say.
 * @param awaits whether its client waits for an answer even if nothing is new
 */
export function step(
  position: Position,
  awaits: boolean,
  { since, head, unread, rows }: Look,
): { frame: Frame; position: Position } | null {
  if (position === "lost") return awaits ? RESET : null;
  const from = position === "now" ? head : position;
  // The client has seen more than there is: the last rows are gone, or the database was set back.
  if (from > head) return RESET;
  // It came, or went back, while the database was being read; the next look is for it.
  if (position !== "now" && from < since) return null;
  const newer = rows.filter((row) => row.inbox_seq > from);
  if (newer.length > MAX_CHANGES) return RESET;
  if (newer.length === 0 && !awaits) return null;
  const messages = newer.toReversed().map(printMessage);
  const frame = { type: "changes", cursor: printCursor(head), unread_count: unread, messages } as const;
  return isTooLarge(frame) ? RESET : { frame, position: head };
}
