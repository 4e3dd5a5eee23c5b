import type { InboxMessage } from "../message.ts";

/** If there are more changes, none is sent. The client lists its inbox instead, which costs the same however many there are. */
export const MAX_CHANGES = 100;

/** Connections of one user at a time. One more closes the oldest. */
export const MAX_SOCKETS = 20;

/**
 * Connections of one user, including those that we closed and whose clients have not reacted: the runtime still buffers what
 * these have not read. One more is refused.
 */
export const MAX_LINGERING = 2 * MAX_SOCKETS;

/** A larger frame is not sent: the client lists its inbox again. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** After this many bytes a frame asks for an acknowledgement. */
export const ACK_AFTER_BYTES = 64 * 1024;

/** The most bytes that a client has not acknowledged. A client that would have more is disconnected. */
export const MAX_UNACKED_BYTES = 256 * 1024;

/** The rate of a client's messages: a burst, then one each second. Acknowledgements and pings do not count. */
export const SAYS = { burst: 30, intervalMs: 1_000 };

/** Close codes: our own (RFC 6455 §7.4.2 leaves 4000–4999 to applications), and IANA's 1013, "try again later". */
export const CLOSED = {
  /** The client does not read, or asks too often. It may reconnect with its cursor and loses nothing. */
  behind: [1_013, "fell behind: connect again"],
  /** Connect again with a new ticket. */
  again: [4_000, "connect again"],
  /** The user has opened another connection. The client must not reconnect by itself. */
  tooMany: [4_001, "too many connections"],
  erased: [4_002, "the user is gone"],
} as const satisfies Record<string, readonly [number, string]>;

/**
 * A frame from the server. Messages have their present state, whether they are new or changed. A client sends an `ack` back
 * to show that it has read up to this frame.
 */
export type Frame =
  /** All changes since the client's cursor, oldest first. `cursor` is the client's new position. */
  | { type: "changes"; cursor: string; unread_count: number; messages: InboxMessage[]; ack?: string }
  /** Too much has changed. The client must list its inbox, and send `sync` with the list's cursor. */
  | { type: "reset"; ack?: string };

/** A cursor as clients send it; at most 15 digits, so that a number holds it exactly. */
export const CURSOR = /^\d{1,15}$/;
