import { z } from "zod";
import { url, webhookCredentials } from "../../../../config/variables.ts";
import type { Clock } from "../../../../lib/clock.ts";
import { checkMessage } from "../../headers.ts";
import type { EmailProvider } from "../../provider.ts";
import { sendChecked } from "../checked.ts";
import { defineEmailProvider } from "../definition.ts";
import { secretsOf } from "../../../send-kit/provider.ts";
import { createPostmarkClient, type PostmarkClientOptions } from "./client.ts";
import { createPostmarkWebhook } from "./credentials.ts";
import { postmarkEvents } from "./events.ts";
import { fromPostmark, POSTMARK_LIMITS, probeOfPostmark, toPostmark } from "./mapping.ts";

export interface PostmarkOptions extends PostmarkClientOptions {
  clock: Clock;
}

/**
 * Postmark. A batch may hold 500 messages. We send 100, so that a repeat after a time-out is small: there is no idempotency
 * key. No rate limit is documented; the pace is our choice.
 */
export function createPostmarkProvider(options: PostmarkOptions): EmailProvider {
  const client = createPostmarkClient(options);
  return {
    name: "postmark",
    pace: { ratePerSecond: 300, burst: 300 },
    maxPerRequest: 100,
    send: (messages) =>
      sendChecked(
        messages.map((message) => checkMessage(message, POSTMARK_LIMITS)),
        async (ready) => {
          const answer = await client.sendBatch(ready.map(toPostmark));
          return fromPostmark(answer, ready.length, options.clock.now());
        },
      ),
    probe: async () => probeOfPostmark(await client.getServer()),
  };
}

export const postmark = defineEmailProvider({
  variables: {
    POSTMARK_BASE_URL: url.default("https://api.postmarkapp.com"),
    /** `user:password` that Postmark sends to /webhooks/postmark. */
    POSTMARK_WEBHOOK_CREDENTIALS: webhookCredentials.optional(),
    /** Also accepted, during a rotation. Postmark does not repeat a call that was refused. */
    POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS: webhookCredentials.optional(),
  },
  advised: {
    POSTMARK_WEBHOOK_CREDENTIALS:
      "/webhooks/postmark accepts no event, so that bounces and complaints are not noticed",
  },
  credentials: { POSTMARK_TOKEN: z.string().min(1) },
  create: (v, { fetch, clock, timeoutMs }) =>
    createPostmarkProvider({
      fetch,
      clock,
      timeoutMs,
      token: v.POSTMARK_TOKEN,
      baseUrl: v.POSTMARK_BASE_URL,
    }),
  events: postmarkEvents,
  webhook: (v) =>
    createPostmarkWebhook(secretsOf(v.POSTMARK_WEBHOOK_CREDENTIALS, v.POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS)),
});
