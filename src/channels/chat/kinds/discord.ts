import { type ChatMessage, fitting, piecesOf } from "../message.ts";
import { markdown } from "./markdown.ts";

/** Of an embed's description, in UTF-16 units (docs.discord.com/developers/resources/message). */
const DESCRIPTION_MAX = 4_096;

/** The body of a request to a webhook. In an embed nobody is notified by a mention, and `allowed_mentions` forbids all. */
export function discordMessage(message: ChatMessage): object {
  const make = (pieces: Parameters<typeof markdown>[1]) => markdown(message, pieces);
  const description = fitting(piecesOf(message.blocks), make, (text) => text.length, DESCRIPTION_MAX);
  return { embeds: [{ description }], allowed_mentions: { parse: [] } };
}
