import type { PushProvider } from "./provider.ts";
import { takes } from "./send-by-provider.ts";
import type { PushProviderDefinition } from "./providers/definition.ts";

/** Which provider a device's token belongs to. */
export interface TokenKinds {
  /** The provider's name; null when no configured provider sends to such a token. */
  providerOf(token: string): string | null;
  /** What a token must be, for people: "an Expo push token". */
  description: string;
}

/** The kinds of tokens that can be registered: those that a configured provider sends to. */
export function tokenKindsOf(
  known: Readonly<Record<string, PushProviderDefinition>>,
  configured: readonly PushProvider[],
): TokenKinds {
  const kinds = Object.entries(known).flatMap(([name, { tokens }]) =>
    tokens !== undefined && configured.some((provider) => takes(provider, name)) ? [{ name, tokens }] : [],
  );
  return {
    providerOf: (token) => kinds.find(({ tokens }) => tokens.accepts(token))?.name ?? null,
    description: kinds.map(({ tokens }) => tokens.name).join(" or "),
  };
}
