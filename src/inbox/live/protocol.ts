import type { InboxMessage } from "../message.ts";

/** More changes than this are not sent: the client lists its inbox again, which costs the same however much there is. */
export const MAX_CHANGES = 100;

/** Connections of one user at a time. One more closes the oldest. */
export const MAX_SOCKETS = 20;

/**
 * The same with those that are closed and whose clients do not take notice: what they have not read is still kept. One
 * more is refused.
 */
export const MAX_LINGERING = 2 * MAX_SOCKETS;

/** A frame of more bytes is not sent: the client lists its inbox again. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** After so many bytes a frame asks for an acknowledgement. */
export const ACK_AFTER_BYTES = 64 * 1024;

/** No more bytes than these are sent to a client that does not acknowledge them. */
export const MAX_UNACKED_BYTES = 256 * 1024;

/** What a client may say, acknowledgements and pings apart: so much at once, then a word each second. */
export const SAYS = { burst: 30, intervalMs: 1_000 };

/** Close codes: of our own (RFC 6455 §7.4.2 leaves 4000–4999 to applications), and IANA's 1013, "try again later". */
export const CLOSED = {
  /** It does not read, or asks too much: it may come back with its cursor, and has lost nothing. */
  behind: [1_013, "fell behind: connect again"],
  /** Connect again with a new ticket. */
  again: [4_000, "connect again"],
  /** The user has opened another connection; do not come back by yourself. */
  tooMany: [4_001, "too many connections"],
  erased: [4_002, "the user is gone"],
} as const satisfies Record<string, readonly [number, string]>;

/**
 * What a client is told. Messages are as they are now, so that what came and what changed are told alike. A client that
 * finds an `ack` sends it back, and is then known to have read so far.
 */
export type Frame =
  /** Everything since the client's cursor, oldest first; with these it is in step, and has seen up to `cursor`. */
  | { type: "changes"; cursor: string; unread_count: number; messages: InboxMessage[]; ack?: string }
  /** Too much has changed to say it all: list again, then `sync` with the list's cursor. */
  | { type: "reset"; ack?: string };

/** A place in a user's changes, as clients send it back; at most 15 digits, so that it is an exact number. */
export const CURSOR = /^\d{1,15}$/;
