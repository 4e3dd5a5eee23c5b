import type { InboxMessage } from "../message.ts";

/** More changes than this are not sent: the client lists its inbox again, which costs the same however much there is. */
export const MAX_CHANGES = 100;

/** Connections of one user at a time. One more closes the oldest. */
export const MAX_SOCKETS = 20;

/** Close codes of our own (RFC 6455 §7.4.2 leaves 4000–4999 to applications). */
export const CLOSED = {
  /** Connect again with a new ticket. */
  again: [4_000, "connect again"],
  /** The user has opened another connection; do not come back by yourself. */
  tooMany: [4_001, "too many connections"],
  erased: [4_002, "the user is gone"],
} as const satisfies Record<string, readonly [number, string]>;

/** What a client is told. Messages are as they are now, so that what came and what changed are told alike. */
export type Frame =
  /** Everything since the client's cursor, oldest first; with these it is in step, and has seen up to `cursor`. */
  | { type: "changes"; cursor: string; unread_count: number; messages: InboxMessage[] }
  /** Too much has changed to say it all: list again, then `sync` with the list's cursor. */
  | { type: "reset" };

/** A place in a user's changes, as clients send it back; at most 15 digits, so that it is an exact number. */
export const CURSOR = /^\d{1,15}$/;
