import { z } from "zod";
import { count, list, url } from "../../../../config/variables.ts";
import type { Pace } from "../../../../delivery/outcome.ts";
import { checkMessage } from "../../headers.ts";
import type { EmailProvider } from "../../provider.ts";
import { inTurn } from "../../../send-kit/verdict.ts";
import { verdict } from "../verdicts.ts";
import { defineEmailProvider } from "../definition.ts";
import { createSesClient, type SesClientOptions } from "./client.ts";
import { sesEvents } from "./events.ts";
import { fromSes, probeOfSes, SES_LIMITS, toSes } from "./mapping.ts";
import { createSnsWebhook } from "./webhook.ts";

export interface SesOptions extends SesClientOptions {
  /** The configuration set that publishes events to SNS. Without one SES publishes no tags. */
  configurationSet?: string | undefined;
  /** The account's maximum send rate. Accounts outside the sandbox start with 14 a second. */
  pace?: Pace | undefined;
}

/**
 * Amazon SES v2, one SendEmail a message, because its bulk operation takes only templates that SES renders. It has no
 * idempotency key, so a repeat after a time-out may arrive twice.
 */
export function createSesProvider(options: SesOptions): EmailProvider {
  const client = createSesClient(options);
  return {
    name: "ses",
    pace: options.pace ?? { ratePerSecond: 14, burst: 14 },
    maxPerRequest: 1,
    send: (messages) =>
      inTurn(messages, async (message) => {
        const checked = checkMessage(message, SES_LIMITS);
        if (!checked.ok) return verdict(checked.defect);
        const answer = await client.sendEmail(toSes(checked.message, options.configurationSet));
        return fromSes(answer, options.clock.now());
      }),
    probe: async () => probeOfSes(await client.getAccount()),
  };
}

export const ses = defineEmailProvider({
  variables: {
    SES_REGION: z.string().min(1).default("us-east-1"),
    /** The configuration set that publishes events to SNS, and so to /webhooks/ses. */
    SES_CONFIGURATION_SET: z.string().min(1).optional(),
    /** The account's maximum send rate, e-mails a second. */
    SES_RATE_PER_SECOND: count(14, 10_000),
    SES_ENDPOINT: url.optional(),
    /** Topics that /webhooks/ses accepts, comma-separated ARNs. */
    SES_TOPIC_ARNS: z.string().default("").transform(list),
  },
  advised: {
    SES_CONFIGURATION_SET: "SES reports no bounces and complaints",
    SES_TOPIC_ARNS: "/webhooks/ses accepts no event, so that bounces and complaints are not noticed",
  },
  credentials: {
    SES_ACCESS_KEY_ID: z.string().min(1),
    SES_SECRET_ACCESS_KEY: z.string().min(1),
  },
  create: (v, { fetch, clock, timeoutMs }) =>
    createSesProvider({
      fetch,
      clock,
      timeoutMs,
      region: v.SES_REGION,
      accessKeyId: v.SES_ACCESS_KEY_ID,
      secretAccessKey: v.SES_SECRET_ACCESS_KEY,
      configurationSet: v.SES_CONFIGURATION_SET,
      endpoint: v.SES_ENDPOINT,
      pace: { ratePerSecond: v.SES_RATE_PER_SECOND, burst: v.SES_RATE_PER_SECOND },
    }),
  events: sesEvents,
  webhook: (v, { fetch }) => createSnsWebhook({ fetch, topics: v.SES_TOPIC_ARNS }),
});
