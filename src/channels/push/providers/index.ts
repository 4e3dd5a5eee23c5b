import type { Config } from "../../../config/config.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { PushProvider } from "../provider.ts";
import { createExpoProvider } from "./expo/index.ts";
import { createLogProvider } from "./log/index.ts";

/** The configured push providers, in order of preference. */
export const createPushProviders = (
  { push, providerTimeoutMs }: Config,
  { fetch, clock, log }: { fetch: typeof globalThis.fetch; clock: Clock; log: Log },
): PushProvider[] =>
  push.providers.map((name) =>
    name === "expo"
      ? createExpoProvider({ ...push.expo, fetch, clock, timeoutMs: providerTimeoutMs })
      : createLogProvider({ log }),
  );
