import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import type { SendReport } from "../../../../delivery/outcome.ts";
import type { Clock } from "../../../../lib/clock.ts";
import type { Minted, SharedAccess } from "../../../send-kit/access-tokens/access-tokens.ts";
import { ask, type Fetch, post } from "../../../send-kit/http.ts";
import { inTurn, notTried, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import type { PushMessage } from "../../provider.ts";
import { isUnauthorized, readAnswer } from "./answer.ts";
import { isFcmCode, verdict } from "./codes.ts";
import { hasReservedKey, toFcmMessage } from "./mapping.ts";

export interface SendOptions {
  fetch: Fetch;
  clock: Pick<Clock, "now">;
  timeoutMs?: number | undefined;
  /** Of `messages:send`. */
  url: string;
  access: SharedAccess;
}

/**
 * Sends messages one after another. No request begins later than two time-outs after the first, since a claim's lease reckons
 * with that.
 */
export function sendMessages(options: SendOptions, messages: readonly PushMessage[]): Promise<SendReport> {
  const { clock, timeoutMs = PROVIDER_TIMEOUT_MS } = options;
  const until = clock.now() + 2 * timeoutMs;
  const isOver = () => clock.now() >= until;
  return inTurn(messages, (message) => sendOne(options, message, isOver), isOver);
}

async function sendOne(
  { fetch, clock, timeoutMs, url, access }: SendOptions,
  message: PushMessage,
  isOver: () => boolean,
): Promise<ProviderVerdict> {
  if (hasReservedKey(message)) return verdict("fcm_reserved_key");
  const body = { message: toFcmMessage(message, clock.now()) };
  const send = (token: string) =>
    ask(fetch, url, post(body, { authorization: `Bearer ${token}` }), timeoutMs);

  const minted = await access.get();
  if (minted.kind === "failed") return unminted(minted);
  // A token that came late leaves no time for a request.
  if (isOver()) return notTried();
  const answer = await send(minted.token.value);
  if (!isUnauthorized(answer) || isOver()) return readAnswer(answer, clock.now());
  // Google may end a token early. Another one is tried once.
  const again = await access.get(minted.token.value);
  if (again.kind === "failed") return unminted(again);
  if (isOver()) return notTried();
  return readAnswer(await send(again.token.value), clock.now());
}

/** The verdict of a message for which there is no access token. */
const unminted = ({ code, afterMs }: Extract<Minted, { kind: "failed" }>): ProviderVerdict =>
  verdict(isFcmCode(code) ? code : "fcm_token_unreachable", afterMs);
