import type { ChatConnection } from "../../db/schema/index.ts";

/** What keeps a connection from getting anything until its owner mends it. The words are ours. */
const BROKEN = {
  connection_revoked: "Its token or webhook was revoked. Enter a new one",
  url_not_allowed: "No request may go to its URL. Enter another one",
  channel_gone: "Its channel is not there, is archived, or lets nobody write",
  not_in_channel: "The bot is not a member of the channel. Invite it",
  not_permitted: "The app may not write here: a scope is missing, or the workspace forbids it",
} as const;

export type BrokenCode = keyof typeof BROKEN;

/** Whether the code of an outcome says that its connection is broken. */
export const isBrokenCode = (code: string): code is BrokenCode => Object.hasOwn(BROKEN, code);

/** Why a connection is broken, for people. */
export const brokenText = (code: string): string =>
  isBrokenCode(code) ? BROKEN[code] : "Nothing can be sent to it";

/** Whether a connection gets messages. */
export const statusOf = ({
  paused_at,
  broken_code,
}: Pick<ChatConnection, "paused_at" | "broken_code">): "active" | "paused" | "broken" =>
  broken_code !== null ? "broken" : paused_at !== null ? "paused" : "active";
