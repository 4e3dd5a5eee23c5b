import type { Config } from "../../../config/config.ts";
import type { Webhook } from "../../feedback/webhook.ts";
import { createListed } from "../../send-kit/provider.ts";
import type { SmsProvider } from "../provider.ts";
import type { SmsProviderDefinition, SmsTools } from "./definition.ts";
import { log } from "./log/index.ts";
import { twilio } from "./twilio/index.ts";
import { vonage } from "./vonage/index.ts";

/** All SMS providers. A new one needs a folder and a line here. */
export const SMS_PROVIDERS: Readonly<Record<string, SmsProviderDefinition>> = { twilio, vonage, log };

type Configured = Pick<Config, "sms" | "providerVariables" | "providerTimeoutMs" | "publicUrl">;

/** The configured SMS providers, in order of preference. */
export const createSmsProviders = (
  { sms, providerVariables, providerTimeoutMs, publicUrl }: Configured,
  tools: Omit<SmsTools, "timeoutMs" | "from" | "publicUrl">,
): SmsProvider[] =>
  createListed(SMS_PROVIDERS, sms.providers, providerVariables, {
    ...tools,
    publicUrl,
    from: sms.from,
    timeoutMs: providerTimeoutMs,
  });

/** The verifiers for /webhooks/<name>, by name; null where the provider's webhook is not configured. */
export const createSmsWebhooks = ({
  providerVariables,
  publicUrl,
}: Configured): ReadonlyMap<string, Webhook | null> =>
  new Map(
    Object.entries(SMS_PROVIDERS).flatMap(([name, { webhook }]) =>
      webhook === undefined ? [] : [[name, webhook(providerVariables, { publicUrl })] as const],
    ),
  );
