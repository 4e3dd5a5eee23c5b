import type { Log } from "../../../../lib/log.ts";
import { PUSH_OPTIONS } from "../../options.ts";
import type { PushProvider } from "../../provider.ts";
import { definePushProvider } from "../definition.ts";

/**
 * The provider for development: IT DELIVERS NOTHING. It accepts every message and writes one line with their number
 * to the log, never what they say or whom they are for. The configuration refuses it in production.
 */
export function createLogProvider({ log: lines }: { log: Log }): PushProvider {
  return {
    name: "log",
    devices: "all",
    options: PUSH_OPTIONS,
    pace: { ratePerSecond: 10_000, burst: 10_000 },
    maxPerRequest: 100,
    send: async (messages) => {
      lines.info("push_not_delivered", { provider: "log", messages: messages.length });
      return {
        outcomes: messages.map(() => ({ kind: "accepted", messageId: null })),
        health: { kind: "ok" },
      };
    },
  };
}

export const log = definePushProvider({
  variables: {},
  credentials: {},
  isForDevelopment: true,
  create: (_, tools) => createLogProvider(tools),
});
