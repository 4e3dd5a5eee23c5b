import { z } from "zod";
import type { Given } from "../../../config/provider.ts";
import type { Outbox } from "../../../dev-outbox/message.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { FeedbackMapper } from "../../feedback/event.ts";
import type { Webhook } from "../../feedback/webhook.ts";
import type { Fetch } from "../../send-kit/http.ts";
import {
  defineProvider,
  type ProviderDefinition,
  type ProviderRecipe,
  type Settings,
} from "../../send-kit/provider.ts";
import type { InboundText } from "../inbound-text.ts";
import type { SmsProvider } from "../provider.ts";

/** What an SMS provider gets when it is made. */
export interface SmsTools {
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Milliseconds for a request and its answer. */
  timeoutMs: number;
  /** The sender, unless the provider has one of its own. */
  from: string | null;
  /** Where webhooks of ours are reached. */
  publicUrl: string;
  /** Where a provider for development puts what it takes; null in production. */
  outbox: Outbox | null;
}

/** What a webhook needs to verify a call. */
export type WebhookTools = Pick<SmsTools, "publicUrl">;

/** The definition of an SMS provider: how it sends, and what it tells us. */
export interface SmsProviderDefinition extends ProviderDefinition<SmsTools, SmsProvider> {
  /** Parses its delivery reports, and ignores everything else. */
  readonly events?: FeedbackMapper;
  /** The text message in a call that tells of one; null in any other. */
  readonly inbound?: (payload: unknown, receivedAt: number) => InboundText | null;
  /** The answer to a text message, as the provider wants it; absent where it takes none. @param text null: say nothing */
  readonly reply?: (text: string | null) => { body: string; type: string };
  /** The verifier for /webhooks/<name>; null when its variables are not set. */
  webhook?(given: Given, tools: WebhookTools): Webhook | null;
}

interface Recipe<V extends z.ZodRawShape, C extends z.ZodRawShape> extends ProviderRecipe<
  V,
  C,
  SmsTools,
  SmsProvider
> {
  events?: FeedbackMapper;
  inbound?: (payload: unknown, receivedAt: number) => InboundText | null;
  reply?: (text: string | null) => { body: string; type: string };
  /** Also used while the provider is not listed, because reports of earlier messages may still come. */
  webhook?(settings: Settings<V>, given: Given, tools: WebhookTools): Webhook | null;
}

export function defineSmsProvider<V extends z.ZodRawShape, C extends z.ZodRawShape>(
  recipe: Recipe<V, C>,
): SmsProviderDefinition {
  const { events, inbound, reply, webhook, variables } = recipe;
  return {
    ...defineProvider(recipe),
    ...(events !== undefined && { events }),
    ...(inbound !== undefined && { inbound }),
    ...(reply !== undefined && { reply }),
    ...(webhook !== undefined && {
      webhook: (given: Given, tools: WebhookTools) => webhook(z.object(variables).parse(given), given, tools),
    }),
  };
}
