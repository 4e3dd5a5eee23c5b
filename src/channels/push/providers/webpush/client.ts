import type { Clock } from "../../../../lib/clock.ts";
import { ask, type Fetch, USER_AGENT } from "../../../send-kit/http.ts";
import type { ProviderVerdict } from "../../../send-kit/verdict.ts";
import type { PushMessage, SubscriptionKeys } from "../../provider.ts";
import { readAnswer } from "./answer.ts";
import { verdict } from "./codes.ts";
import { headersOf, payloadOf } from "./payload.ts";
import type { ServiceOf } from "./services.ts";
import type { Authorize } from "./vapid.ts";

export interface WebPushClientOptions {
  fetch: Fetch;
  clock: Pick<Clock, "now">;
  /** Which endpoints are asked. */
  serviceOf: ServiceOf;
  authorize: Authorize;
  /** Milliseconds for a request and its answer; 10 s if left out. */
  timeoutMs?: number | undefined;
}

/** Encrypts a message for its subscription (RFC 8291) and sends it to its endpoint. Resolves always. */
export async function sendMessage(
  { fetch, clock, serviceOf, authorize, timeoutMs }: WebPushClientOptions,
  message: PushMessage,
): Promise<ProviderVerdict> {
  if (message.title === null && message.body === null) return verdict("webpush_silent");
  if (serviceOf(message.token) === null) return verdict("webpush_endpoint_refused");
  const payload = payloadOf(message);
  if (payload === null) return verdict("message_too_big");
  const body = message.keys && (await encrypt(message.token, message.keys, payload));
  if (body === null) return verdict("webpush_invalid_keys");
  const authorization = await authorize(new URL(message.token).origin).catch(() => null);
  if (authorization === null) return verdict("webpush_unusable_keys");
  const headers = { ...(await headersOf(message, clock.now())), authorization, "user-agent": USER_AGENT };
  const answer = await ask(fetch, message.token, { method: "POST", headers, body }, timeoutMs);
  return readAnswer(answer, clock.now());
}

/** Null where the keys are none, as a point beside the curve. */
async function encrypt(
  endpoint: string,
  keys: SubscriptionKeys,
  payload: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { encryptNotification } = await import("@block65/webcrypto-web-push");
  try {
    return await encryptNotification({ endpoint, expirationTime: null, keys }, payload, { pad: false });
  } catch {
    return null;
  }
}
