import type { PushMessage } from "../../../src/channels/push/provider.ts";
import { createExpoProvider } from "../../../src/channels/push/providers/expo/index.ts";
import { createExpoSandbox } from "../../support/sandbox/expo.ts";

export const NOW = Date.UTC(2026, 2, 26, 8);

/** A token that Expo would issue; `name` keeps those of a test apart. */
export const tokenOf = (name: string | number): string => `ExponentPushToken[${name}]`;

export const pushTo = (token: string, over: Partial<PushMessage> = {}): PushMessage => ({
  token,
  app: null,
  keys: null,
  title: "Time to log your run!",
  body: "You haven't recorded an activity in 3 days.",
  data: null,
  options: {},
  collapseId: `dispatch-for-${token}`.slice(0, 64),
  expiresAt: null,
  ...over,
});

/** Messages to `count` devices. */
export const pushes = (count: number): PushMessage[] =>
  Array.from({ length: count }, (_, index) => pushTo(tokenOf(index)));

/** The provider in front of a sandbox of its own, both at NOW. */
export function createWorld(options: { accessToken?: string; timeoutMs?: number } = {}) {
  const sandbox = createExpoSandbox({ now: () => NOW });
  const provider = createExpoProvider({
    fetch: (url, init) => sandbox.fetch(url, init),
    baseUrl: "https://expo.test",
    clock: { now: () => NOW },
    ...options,
  });
  return { sandbox, provider };
}
