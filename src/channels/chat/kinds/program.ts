import { iso } from "../../../lib/clock.ts";
import { type ChatFacts, type ChatMessage, piecesOf, plainText } from "../message.ts";
import { markdown } from "./markdown.ts";

/** What a program of the customer's gets: the form that Standard Webhooks proposes. @param madeAt epoch ms: of the message */
export const programMessage = (
  message: ChatMessage,
  { id, type, eventId }: ChatFacts,
  madeAt: number,
): object => ({
  type: "chat.message",
  timestamp: iso(madeAt),
  data: {
    id,
    notification_type: type,
    event_id: eventId,
    title: message.title,
    text: plainText(message),
    markdown: markdown(message, piecesOf(message.blocks)),
    action: message.action,
  },
});
