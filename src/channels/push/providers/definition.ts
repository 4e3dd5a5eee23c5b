import type { z } from "zod";
import type { Outbox } from "../../../dev-outbox/message.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { Fetch } from "../../send-kit/http.ts";
import { defineProvider, type ProviderDefinition, type ProviderRecipe } from "../../send-kit/provider.ts";
import type { PushProvider } from "../provider.ts";

/** What push providers are made with. */
export interface PushTools {
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Where a provider for development puts what it takes; null in production. */
  outbox: Outbox | null;
  /** Milliseconds for a request and its answer. */
  timeoutMs: number;
}

/** The device tokens that a provider issues. */
export interface TokenKind {
  /** Whether a token has their shape. */
  accepts(token: string): boolean;
  /** What such a token is called, with its article: "an Expo push token". */
  name: string;
}

export interface PushProviderDefinition extends ProviderDefinition<PushTools, PushProvider> {
  /** Its own tokens. Absent for one that issues none. */
  readonly tokens?: TokenKind;
}

export const definePushProvider = <V extends z.ZodRawShape, C extends z.ZodRawShape>({
  tokens,
  ...recipe
}: ProviderRecipe<V, C, PushTools, PushProvider> & { tokens?: TokenKind }): PushProviderDefinition => ({
  ...defineProvider(recipe),
  ...(tokens !== undefined && { tokens }),
});
