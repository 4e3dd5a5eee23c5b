import type { Config } from "../../../config/config.ts";
import { createListed } from "../../send-kit/provider.ts";
import type { PushProvider } from "../provider.ts";
import type { PushProviderDefinition, PushTools } from "./definition.ts";
import { expo } from "./expo/index.ts";
import { fcm } from "./fcm/index.ts";
import { log } from "./log/index.ts";
import { webpush } from "./webpush/index.ts";

/** The public keys that browsers subscribe with. */
export { type VapidPublicKey, vapidPublicKeys } from "./webpush/keys.ts";

/** Every push provider that there is: a folder each, and a line here. */
export const PUSH_PROVIDERS: Readonly<Record<string, PushProviderDefinition>> = { expo, fcm, webpush, log };

/** The configured push providers, in order of preference; of each one for every app. */
export const createPushProviders = (
  {
    push,
    providerVariables,
    providerTimeoutMs,
  }: Pick<Config, "push" | "providerVariables" | "providerTimeoutMs">,
  tools: Omit<PushTools, "timeoutMs">,
): PushProvider[] =>
  createListed(PUSH_PROVIDERS, push.providers, providerVariables, {
    ...tools,
    timeoutMs: providerTimeoutMs,
  }).flat();
