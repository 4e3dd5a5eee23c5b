import type { Config } from "../../../config/config.ts";
import type { EmailTools } from "../providers/definition.ts";
import { EMAIL_PROVIDERS } from "../providers/index.ts";
import type { FeedbackEvent } from "./event.ts";
import type { Webhook } from "./webhook.ts";

const LISTENING = Object.entries(EMAIL_PROVIDERS).flatMap(([name, { webhook }]) =>
  webhook === undefined ? [] : [{ name, webhook }],
);

/** The providers that call /webhooks/<name>. */
export const WEBHOOKS: readonly string[] = LISTENING.map(({ name }) => name);

/** What listens at /webhooks/<name>, by name; null where the provider's webhook is not configured. */
export const createWebhooks = (
  { providerVariables }: Pick<Config, "providerVariables">,
  tools: Pick<EmailTools, "fetch">,
): ReadonlyMap<string, Webhook | null> =>
  new Map(LISTENING.map(({ name, webhook }) => [name, webhook(providerVariables, tools)]));

/** What a provider's payload says of e-mails. @param now epoch ms, for events without a time */
export const eventsOf = (provider: string, payload: unknown, now: number): readonly FeedbackEvent[] =>
  EMAIL_PROVIDERS[provider]?.events?.(payload, now) ?? [];
