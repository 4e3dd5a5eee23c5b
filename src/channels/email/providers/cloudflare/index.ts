import { checkMessage } from "../../headers.ts";
import type { EmailProvider } from "../../provider.ts";
import { inTurn } from "../../../send-kit/verdict.ts";
import { defineEmailProvider } from "../definition.ts";
import { verdict } from "../verdicts.ts";
import { sendThrough, type EmailBinding } from "./client.ts";
import { cloudflareEvents } from "./events.ts";
import { CLOUDFLARE_LIMITS, toCloudflare } from "./mapping.ts";

export interface CloudflareOptions {
  binding: EmailBinding;
  timeoutMs?: number | undefined;
}

/**
 * Cloudflare Email Service through the send_email binding. Each message has one recipient, because one suppressed recipient
 * would block all. The account's rate is not documented, so the pace is low. There is no account endpoint.
 */
export const createCloudflareProvider = ({ binding, timeoutMs }: CloudflareOptions): EmailProvider => ({
  name: "cloudflare",
  pace: { ratePerSecond: 10, burst: 10 },
  maxPerRequest: 1,
  send: (messages) =>
    inTurn(messages, async (message) => {
      const checked = checkMessage(message, CLOUDFLARE_LIMITS);
      return checked.ok
        ? sendThrough(binding, toCloudflare(checked.message), timeoutMs)
        : verdict(checked.defect);
    }),
});

export const cloudflare = defineEmailProvider({
  variables: {},
  credentials: {},
  binding: "EMAIL",
  create: (_, { binding, timeoutMs }) => {
    if (binding === undefined)
      throw new Error("The e-mail provider cloudflare needs the send_email binding EMAIL");
    return createCloudflareProvider({ binding, timeoutMs });
  },
  // These events come by queue (src/queues/email-events.ts), not to a webhook.
  events: cloudflareEvents,
});
