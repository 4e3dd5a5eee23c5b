import { z } from "zod";
import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import { url, webhookSecret } from "../../../../config/variables.ts";
import { sha256Hex } from "../../../../lib/sha256.ts";
import { SECOND, type Clock } from "../../../../lib/clock.ts";
import { checkMessage } from "../../headers.ts";
import type { EmailMessage, EmailProvider } from "../../provider.ts";
import { halves, sendInPieces, type Split } from "../../../send-kit/split.ts";
import { notTried } from "../../../send-kit/verdict.ts";
import { sendChecked } from "../checked.ts";
import { defineEmailProvider } from "../definition.ts";
import { secretsOf } from "../../../send-kit/provider.ts";
import { createResendClient, type ResendClientOptions } from "./client.ts";
import { resendEvents } from "./events.ts";
import { fromResend, probeOfResend, RESEND_LIMITS, toResend } from "./mapping.ts";
import { createSvixWebhook } from "./svix.ts";

export interface ResendOptions extends ResendClientOptions {
  clock: Clock;
}

const MAX_BATCH = 100;
const REQUESTS_PER_SECOND = 5;
/** One bad message among 100 is found with up to 14 requests. */
const MAX_REQUESTS = 20;
const PAUSE_MS = SECOND / REQUESTS_PER_SECOND;

const isKey = (key: string): boolean => /^[!-~]{1,256}$/.test(key);

/** The idempotency key of a request: the message's own key, or a digest of the keys of several messages. */
export async function requestKey(messages: readonly EmailMessage[]): Promise<string> {
  const keys = messages.map((message) => message.idempotencyKey);
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && isKey(only)) return only;
  return `batch-${await sha256Hex(JSON.stringify(keys))}`;
}

/**
 * Resend. A team may make 5 requests a second (resend.com/docs/api-reference/rate-limit). The pace counts messages, and
 * leaves one request a second to other programs. Resend does not send a repeat with the same key again.
 */
export function createResendProvider(options: ResendOptions): EmailProvider {
  const client = createResendClient(options);
  const { clock, timeoutMs = PROVIDER_TIMEOUT_MS } = options;
  const limits = { clock, timeoutMs, requests: MAX_REQUESTS, pause: () => clock.sleep(PAUSE_MS) };

  /** Resend takes all messages of a batch or none. If it refuses a batch, the two halves are sent separately. */
  const request = async (messages: readonly EmailMessage[]): Promise<Split<EmailMessage>> => {
    const key = await requestKey(messages);
    const bodies = messages.map(toResend);
    const answer =
      bodies.length === 1 ? await client.send(bodies[0], key) : await client.sendBatch(bodies, key);
    const verdicts = fromResend(answer, messages.length, clock.now());
    const isRefused = messages.length > 1 && verdicts.every(({ outcome }) => outcome.kind === "rejected");
    return isRefused ? { kind: "split", pieces: halves(messages) } : { kind: "settled", verdicts };
  };

  return {
    name: "resend",
    pace: { ratePerSecond: MAX_BATCH * (REQUESTS_PER_SECOND - 1), burst: MAX_BATCH },
    maxPerRequest: MAX_BATCH,
    send: (messages) =>
      sendChecked(
        messages.map((message) => checkMessage(message, RESEND_LIMITS)),
        (ready) => sendInPieces(ready, limits, request, () => notTried()),
      ),
    probe: async () => probeOfResend(await client.listDomains()),
  };
}

export const resend = defineEmailProvider({
  variables: {
    RESEND_BASE_URL: url.default("https://api.resend.com"),
    /** `whsec_…`: verifies calls to /webhooks/resend. */
    RESEND_WEBHOOK_SECRET: webhookSecret.optional(),
    /** The former secret, also accepted during a rotation. */
    RESEND_WEBHOOK_SECRET_PREVIOUS: webhookSecret.optional(),
  },
  advised: {
    RESEND_WEBHOOK_SECRET:
      "/webhooks/resend accepts no event, so that bounces and complaints are not noticed",
  },
  credentials: { RESEND_API_KEY: z.string().min(1) },
  create: (v, { fetch, clock, timeoutMs }) =>
    createResendProvider({
      fetch,
      clock,
      timeoutMs,
      apiKey: v.RESEND_API_KEY,
      baseUrl: v.RESEND_BASE_URL,
    }),
  events: resendEvents,
  webhook: (v) => createSvixWebhook(secretsOf(v.RESEND_WEBHOOK_SECRET, v.RESEND_WEBHOOK_SECRET_PREVIOUS)),
});
