import type { z } from "zod";
import type { Outbox } from "../../../dev-outbox/message.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { AccessTokens } from "../../send-kit/access-tokens/access-tokens.ts";
import type { Fetch } from "../../send-kit/http.ts";
import { defineProvider, type ProviderDefinition, type ProviderRecipe } from "../../send-kit/provider.ts";
import type { PushProvider } from "../provider.ts";

/** What push providers are made with. */
export interface PushTools {
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Access tokens that all isolates share. */
  accessTokens: AccessTokens;
  /** Where a provider for development puts what it takes; null in production. */
  outbox: Outbox | null;
  /** Milliseconds for a request and its answer. */
  timeoutMs: number;
}

/** The device tokens that a provider issues. */
export interface TokenKind {
  /** Whether a token could be one of them. */
  accepts(token: string): boolean;
  /** Whether a token that it accepts can be no other provider's. Only then its provider need not be named. */
  isCertain(token: string): boolean;
  /** Whether sending needs a subscription's keys. Its token is then the subscription's endpoint. */
  needsKeys: boolean;
  /** What such a token is called, with its article: "an Expo push token". */
  name: string;
}

/** Its `create` makes one provider for each app. */
export interface PushProviderDefinition extends ProviderDefinition<PushTools, readonly PushProvider[]> {
  /** Its own tokens. Absent for one that issues none. */
  readonly tokens?: TokenKind;
}

export const definePushProvider = <V extends z.ZodRawShape, C extends z.ZodRawShape>({
  tokens,
  ...recipe
}: ProviderRecipe<V, C, PushTools, readonly PushProvider[]> & {
  tokens?: TokenKind;
}): PushProviderDefinition => ({
  ...defineProvider(recipe),
  ...(tokens !== undefined && { tokens }),
});
