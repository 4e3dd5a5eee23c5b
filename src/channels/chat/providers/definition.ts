import type { ProviderVerdict } from "../../send-kit/verdict.ts";
import type { ChatSecret } from "../address.ts";
import type { ChatFacts, ChatMessage } from "../message.ts";
import type { Answer, ChatRequest } from "../request.ts";

/** A message on its way to one connection. */
export interface Outgoing {
  secret: ChatSecret;
  /** The id of the channel or user, of a bot. */
  target: string | null;
  message: ChatMessage;
  facts: ChatFacts;
  /** When the message was made, epoch ms. */
  madeAt: number;
  /** Of this attempt, epoch ms. */
  now: number;
}

/** A kind of chat: how a message is sent there, and what an answer means. */
export interface ChatProvider {
  /** Null: the secret is not one of this kind. */
  request(outgoing: Outgoing): ChatRequest | null;
  /** Of an answer that is neither silence nor 3xx, 429 or 5xx. */
  verdict(answer: Extract<Answer, { kind: "answer" }>): ProviderVerdict;
}

/** The URL in a secret; null for a token. */
const urlIn = (secret: ChatSecret): string | null => ("url" in secret ? secret.url : null);

/** A plain post of JSON to the connection's URL. */
export const postTo = (secret: ChatSecret, body: object, query = ""): ChatRequest | null => {
  const url = urlIn(secret);
  if (url === null) return null;
  const full = new URL(url);
  for (const [name, value] of new URLSearchParams(query)) full.searchParams.set(name, value);
  return { url: query === "" ? url : full.href, headers: {}, body: JSON.stringify(body) };
};
