import { MINUTE, SECOND } from "../../lib/clock.ts";
import type { Answer } from "./request.ts";
import type { ProviderVerdict } from "../send-kit/verdict.ts";
import { retryAfterMs } from "../send-kit/http.ts";
import { verdictsOf, type VerdictRow } from "../send-kit/verdict.ts";
import { brokenText, type BrokenCode } from "./standing.ts";

const broken = (code: BrokenCode): VerdictRow => ({
  kind: "rejected",
  health: "ok",
  message: `${brokenText(code)}.`,
});

/** What chats answer. The codes are stored, and the words are ours: never a chat's, which might repeat a secret. */
const TABLE = {
  connection_revoked: broken("connection_revoked"),
  url_not_allowed: broken("url_not_allowed"),
  channel_gone: broken("channel_gone"),
  not_in_channel: broken("not_in_channel"),
  not_permitted: broken("not_permitted"),
  invalid_message: {
    kind: "rejected",
    health: "ok",
    message: "The chat does not take the message as it is.",
  },
  rate_limited: {
    kind: "deferred",
    health: "throttled",
    message: "The chat asked for a pause.",
    waitMs: 30 * SECOND,
  },
  timeout: {
    kind: "retry",
    health: "error",
    message: "The chat did not answer in time. It may have the message: a repeat may show it twice.",
  },
  network_error: { kind: "retry", health: "error", message: "No connection to the chat." },
  server_error: { kind: "retry", health: "error", message: "The chat has failed." },
  unknown_answer: {
    kind: "retry",
    health: "ok",
    message: "The chat gave an answer that is not known.",
    waitMs: MINUTE,
  },
} as const satisfies Record<string, VerdictRow>;

export type ChatCode = keyof typeof TABLE;

const verdict = verdictsOf<ChatCode>(TABLE);

export const verdictOf = (code: ChatCode, afterMs?: number): ProviderVerdict => verdict(code, afterMs);

/** What every chat's answers mean alike; null: what its own rules say. @param now epoch ms */
export function commonVerdict(answer: Answer, now: number): ProviderVerdict | null {
  if (answer.kind === "silence") return verdictOf(answer.code);
  const { status, headers } = answer;
  if (status === 429) return verdictOf("rate_limited", retryAfterMs(headers, now));
  if (status >= 500) return verdictOf("server_error", retryAfterMs(headers, now));
  // Followed, it would take the message and its credentials to another host.
  if (status >= 300 && status < 400) return verdictOf("unknown_answer");
  return null;
}
