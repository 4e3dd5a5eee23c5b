import { z } from "zod";
import { sender, url } from "../../../../config/variables.ts";
import type { Clock } from "../../../../lib/clock.ts";
import { secretsOf } from "../../../send-kit/provider.ts";
import { report } from "../../../send-kit/verdict.ts";
import type { SmsProvider } from "../../provider.ts";
import { defineSmsProvider } from "../definition.ts";
import { createVonageClient, type VonageClientOptions } from "./client.ts";
import { vonageEvents, vonageInbound } from "./events.ts";
import { fromVonage, toVonage } from "./mapping.ts";
import { createVonageWebhook } from "./signature.ts";

export interface VonageOptions extends VonageClientOptions {
  clock: Clock;
  from: string;
}

/** Vonage's Messages API: one message a request, and 30 requests a second for an account. We leave some to other programs. */
export function createVonageProvider(options: VonageOptions): SmsProvider {
  const client = createVonageClient(options);
  const { clock, from } = options;
  return {
    name: "vonage",
    pace: { ratePerSecond: 25, burst: 100 },
    async send(message) {
      const answer = await client.sendMessage(toVonage(message, from, clock.now()));
      return report([fromVonage(answer, clock.now())]);
    },
  };
}

export const vonage = defineSmsProvider({
  variables: {
    VONAGE_BASE_URL: url.default("https://api.nexmo.com"),
    /** The sender, instead of SMS_FROM. */
    VONAGE_FROM: sender.optional(),
    /** Verifies calls to /webhooks/vonage: the account's signature secret. */
    VONAGE_SIGNATURE_SECRET: z.string().min(16).optional(),
    /** The former secret, also accepted during a rotation. */
    VONAGE_SIGNATURE_SECRET_PREVIOUS: z.string().min(16).optional(),
  },
  advised: {
    VONAGE_SIGNATURE_SECRET:
      "/webhooks/vonage accepts no call, so that neither deliveries nor STOP are noticed",
  },
  credentials: { VONAGE_API_KEY: z.string().min(1), VONAGE_API_SECRET: z.string().min(1) },
  create: (v, { fetch, clock, timeoutMs, from }) =>
    createVonageProvider({
      fetch,
      clock,
      timeoutMs,
      from: v.VONAGE_FROM ?? from ?? "",
      apiKey: v.VONAGE_API_KEY,
      apiSecret: v.VONAGE_API_SECRET,
      baseUrl: v.VONAGE_BASE_URL,
    }),
  events: vonageEvents,
  inbound: vonageInbound,
  webhook: (v, given) =>
    createVonageWebhook(
      given["VONAGE_API_KEY"],
      secretsOf(v.VONAGE_SIGNATURE_SECRET, v.VONAGE_SIGNATURE_SECRET_PREVIOUS),
    ),
});
