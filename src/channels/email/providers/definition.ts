import { z } from "zod";
import type { Given } from "../../../config/provider.ts";
import type { Outbox } from "../../../dev-outbox/message.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { Fetch } from "../../send-kit/http.ts";
import {
  defineProvider,
  type ProviderDefinition,
  type ProviderRecipe,
  type Settings,
} from "../../send-kit/provider.ts";
import type { FeedbackMapper } from "../../feedback/event.ts";
import type { Webhook } from "../../feedback/webhook.ts";
import type { EmailProvider } from "../provider.ts";
import type { EmailBinding } from "./cloudflare/client.ts";

/** What an e-mail provider gets when it is made. */
export interface EmailTools {
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Milliseconds for a request and its answer. */
  timeoutMs: number;
  /** Where a provider for development puts what it takes; null in production. */
  outbox: Outbox | null;
  /** Cloudflare's send_email binding; undefined where wrangler.toml has none. */
  binding: EmailBinding | undefined;
}

/** The definition of an e-mail provider: how it sends, and how it reports events. */
export interface EmailProviderDefinition extends ProviderDefinition<EmailTools, EmailProvider> {
  /** Parses its events, and ignores unknown ones. Absent if the provider reports none. */
  readonly events?: FeedbackMapper;
  /** The verifier for /webhooks/<name>; null when its variables are not set. Absent if the provider calls no webhook. */
  webhook?(given: Given, tools: Pick<EmailTools, "fetch">): Webhook | null;
}

interface Recipe<V extends z.ZodRawShape, C extends z.ZodRawShape> extends ProviderRecipe<
  V,
  C,
  EmailTools,
  EmailProvider
> {
  events?: FeedbackMapper;
  /** Also used while the provider is not listed, because events of earlier messages may still come. */
  webhook?(settings: Settings<V>, tools: Pick<EmailTools, "fetch">): Webhook | null;
}

export function defineEmailProvider<V extends z.ZodRawShape, C extends z.ZodRawShape>(
  recipe: Recipe<V, C>,
): EmailProviderDefinition {
  const { events, webhook, variables } = recipe;
  return {
    ...defineProvider(recipe),
    ...(events !== undefined && { events }),
    ...(webhook !== undefined && {
      webhook: (given: Given, tools: Pick<EmailTools, "fetch">) =>
        webhook(z.object(variables).parse(given), tools),
    }),
  };
}
