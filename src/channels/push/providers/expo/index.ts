import { z } from "zod";
import { byApp, url } from "../../../../config/variables.ts";
import { PUSH_OPTIONS } from "../../options.ts";
import { nameOf, type PushProvider } from "../../provider.ts";
import { definePushProvider } from "../definition.ts";
import { createExpoClient, type ExpoClientOptions } from "./client.ts";
import { readReceipts } from "./mapping.ts";
import { sendMessages } from "./send.ts";
import { isExpoPushToken } from "./token.ts";

/**
 * Expo's push service. It has no idempotency key: after a time-out it may have taken the message. The collapse id makes a
 * repeat replace it on the device.
 */
export function createExpoProvider({
  app = null,
  ...options
}: ExpoClientOptions & { app?: string | null }): PushProvider {
  const post = createExpoClient(options);
  return {
    name: nameOf({ provider: "expo", app }),
    devices: "own",
    options: PUSH_OPTIONS,
    // Expo takes 600 a second from a project. At most 480 + 100 go in any one second.
    pace: { ratePerSecond: 480, burst: 100 },
    maxPerRequest: 100,
    send: (messages) => sendMessages(post, options, messages),
    receipts: async (tickets) => {
      if (tickets.length === 0) return { kind: "ok", receipts: new Map() };
      const answer = await post("getReceipts", { ids: tickets });
      switch (answer.kind) {
        case "data": {
          const receipts = readReceipts(answer.data, tickets);
          return receipts === null ? { kind: "error", code: "expo_bad_response" } : { kind: "ok", receipts };
        }
        case "refused":
          return { kind: "error", code: "expo_refused" };
        case "failed":
          return { kind: "error", code: answer.code };
      }
    },
  };
}

export const expo = definePushProvider({
  variables: {
    EXPO_BASE_URL: url.default("https://exp.host"),
    /** Only where the Expo project asks for it ("enhanced push security"). */
    EXPO_ACCESS_TOKEN: z.string().min(1).optional(),
    /** Further apps by name, each a project of its own; null: its project asks for no token. */
    EXPO_ACCESS_TOKENS: byApp(z.string().min(1).nullable()).optional(),
  },
  credentials: {},
  tokens: {
    accepts: isExpoPushToken,
    isCertain: isExpoPushToken,
    needsKeys: false,
    name: "an Expo push token",
  },
  create: (v, { fetch, clock, timeoutMs }) =>
    [[null, v.EXPO_ACCESS_TOKEN] as const, ...Object.entries(v.EXPO_ACCESS_TOKENS ?? {})].map(
      ([app, accessToken]) =>
        createExpoProvider({
          app,
          fetch,
          clock,
          timeoutMs,
          baseUrl: v.EXPO_BASE_URL,
          accessToken: accessToken ?? undefined,
        }),
    ),
});
