import type { Config } from "../../config/config.ts";
import type { FeedbackMapper } from "./feedback/event.ts";
import type { Webhook } from "./feedback/webhook.ts";
import type { EmailTools } from "./providers/definition.ts";
import { EMAIL_PROVIDERS } from "./providers/index.ts";

/** What listens at /webhooks/<provider>. */
export interface Listener {
  /** Tells the provider's calls from forgeries. */
  receive: Webhook;
  /** Reads the events of a call. */
  read: FeedbackMapper;
}

/** The providers that have a webhook. */
export const WEBHOOKS: readonly string[] = Object.entries(EMAIL_PROVIDERS)
  .filter(([, { webhook }]) => webhook !== undefined)
  .map(([name]) => name);

/** The listeners by provider; none for a provider whose webhook is not configured. */
export const createWebhooks = (
  { providerVariables }: Pick<Config, "providerVariables">,
  tools: Pick<EmailTools, "fetch">,
): ReadonlyMap<string, Listener> =>
  new Map(
    Object.entries(EMAIL_PROVIDERS).flatMap(([name, { events: read = () => [], webhook }]) => {
      const receive = webhook?.(providerVariables, tools) ?? null;
      return receive === null ? [] : [[name, { receive, read }] as const];
    }),
  );
