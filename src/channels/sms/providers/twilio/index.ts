import { z } from "zod";
import { secretsOf } from "../../../send-kit/provider.ts";
import { sender, url } from "../../../../config/variables.ts";
import type { Clock } from "../../../../lib/clock.ts";
import { report } from "../../../send-kit/verdict.ts";
import type { SmsProvider } from "../../provider.ts";
import { defineSmsProvider } from "../definition.ts";
import { createTwilioClient, type TwilioClientOptions } from "./client.ts";
import { twilioEvents, twilioInbound, twiml } from "./events.ts";
import { fromTwilio, toTwilio } from "./mapping.ts";
import { createTwilioWebhook } from "./signature.ts";

export interface TwilioOptions extends TwilioClientOptions {
  clock: Clock;
  from: string;
  publicUrl: string;
}

/**
 * Twilio's Messages resource: one message a request. Twilio queues what a sender cannot send yet, so the pace is that of its
 * API, which documents no figure (it answers 429 with 20429): the pace is our choice.
 */
export function createTwilioProvider(options: TwilioOptions): SmsProvider {
  const client = createTwilioClient(options);
  const { clock, from, publicUrl } = options;
  return {
    name: "twilio",
    pace: { ratePerSecond: 50, burst: 100 },
    async send(message) {
      const now = clock.now();
      const answer = await client.createMessage(toTwilio(message, from, publicUrl, now));
      return report([fromTwilio(answer, clock.now())]);
    },
  };
}

export const twilio = defineSmsProvider({
  variables: {
    TWILIO_BASE_URL: url.default("https://api.twilio.com"),
    /** The sender, instead of SMS_FROM. */
    TWILIO_FROM: sender.optional(),
    /** Calls to /webhooks/twilio that are signed with it are also accepted, during a rotation. */
    TWILIO_AUTH_TOKEN_PREVIOUS: z.string().min(1).optional(),
  },
  credentials: {
    TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/, "must be AC and 32 hexadecimal digits"),
    /** Signs the calls to /webhooks/twilio, too. */
    TWILIO_AUTH_TOKEN: z.string().min(1),
  },
  create: (v, { fetch, clock, timeoutMs, from, publicUrl }) =>
    createTwilioProvider({
      fetch,
      clock,
      timeoutMs,
      publicUrl,
      from: v.TWILIO_FROM ?? from ?? "",
      accountSid: v.TWILIO_ACCOUNT_SID,
      authToken: v.TWILIO_AUTH_TOKEN,
      baseUrl: v.TWILIO_BASE_URL,
    }),
  events: twilioEvents,
  inbound: twilioInbound,
  reply: twiml,
  webhook: (v, given, { publicUrl }) =>
    createTwilioWebhook(secretsOf(given["TWILIO_AUTH_TOKEN"], v.TWILIO_AUTH_TOKEN_PREVIOUS), publicUrl),
});
