import type { Config } from "../../../config/config.ts";
import { createListed } from "../../send-kit/provider.ts";
import type { Webhook } from "../../feedback/webhook.ts";
import type { EmailProvider } from "../provider.ts";
import { cloudflare } from "./cloudflare/index.ts";
import type { EmailProviderDefinition, EmailTools } from "./definition.ts";
import { log } from "./log/index.ts";
import { postmark } from "./postmark/index.ts";
import { resend } from "./resend/index.ts";
import { ses } from "./ses/index.ts";

/** All e-mail providers. A new one needs a folder and a line here. */
export const EMAIL_PROVIDERS: Readonly<Record<string, EmailProviderDefinition>> = {
  ses,
  resend,
  postmark,
  cloudflare,
  log,
};

type Configured = Pick<Config, "email" | "providerVariables" | "providerTimeoutMs">;

/** The configured e-mail providers, in order of preference. */
export const createEmailProviders = (
  { email, providerVariables, providerTimeoutMs }: Configured,
  tools: Omit<EmailTools, "timeoutMs">,
): EmailProvider[] =>
  createListed(EMAIL_PROVIDERS, email.providers, providerVariables, {
    ...tools,
    timeoutMs: providerTimeoutMs,
  });

/** The verifiers for /webhooks/<name>, by name; null where the provider's webhook is not configured. */
export const createWebhooks = (
  { providerVariables }: Configured,
  tools: Pick<EmailTools, "fetch">,
): ReadonlyMap<string, Webhook | null> =>
  new Map(
    Object.entries(EMAIL_PROVIDERS).flatMap(([name, { webhook }]) =>
      webhook === undefined ? [] : [[name, webhook(providerVariables, tools)] as const],
    ),
  );
