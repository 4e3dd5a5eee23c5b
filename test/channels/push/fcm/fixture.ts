import type { PushMessage, PushProvider } from "../../../../src/channels/push/provider.ts";
import { serviceAccount } from "../../../../src/channels/push/providers/fcm/account.ts";
import { createFcmProvider } from "../../../../src/channels/push/providers/fcm/index.ts";
import type { Mint, SharedAccess } from "../../../../src/channels/send-kit/access-tokens/access-tokens.ts";
import type { Outcome } from "../../../../src/delivery/outcome.ts";
import { fcmTokenOf, serviceAccountOf } from "../../../support/sandbox/fcm/account.ts";
import { createFcmSandbox } from "../../../support/sandbox/fcm/index.ts";

export const NOW = Date.UTC(2026, 2, 26, 8);

export const pushTo = (name: string, over: Partial<PushMessage> = {}): PushMessage => ({
  token: fcmTokenOf(name),
  app: null,
  keys: null,
  title: "Time to log your run!",
  body: "You haven't recorded an activity in 3 days.",
  data: null,
  options: {},
  collapseId: "019a5f3e-1d2c-7abc-8def-0123456789ab",
  expiresAt: null,
  ...over,
});

/** Access without a Durable Object: the object's own tests are in access-tokens.test.ts. */
function alone(mint: Mint): SharedAccess {
  let held: { value: string; freshUntil: number } | null = null;
  return {
    async get(stale) {
      if (held !== null && held.value !== stale) return { kind: "token", token: held };
      const minted = await mint();
      if (minted.kind === "token") held = minted.token;
      return minted;
    },
  };
}

/** The provider in front of a sandbox of its own, both at `clock`. @param delayMs how long each answer takes */
export function createWorld({
  account = {},
  timeoutMs = 50,
  delayMs = 0,
}: { account?: Record<string, unknown>; timeoutMs?: number; delayMs?: number } = {}) {
  const clock = { at: NOW, now: () => clock.at };
  const sandbox = createFcmSandbox({ now: clock.now });
  const provider = createFcmProvider({
    app: null,
    account: serviceAccount.parse(serviceAccountOf("tidings-test", account)),
    baseUrl: "https://fcm.googleapis.com",
    fetch: async (url, init) => {
      const answer = await sandbox.fetch(url, init);
      clock.at += delayMs;
      return answer;
    },
    clock,
    timeoutMs,
    accessTokens: (_, mint) => alone(mint),
  });
  return { sandbox, provider, clock };
}

/** What becomes of one message. */
export async function sendOne(provider: PushProvider, message: PushMessage = pushTo("a")) {
  const { outcomes, health } = await provider.send([message]);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("There is no outcome");
  return { outcome, health };
}

export const codeOf = (outcome: Outcome): string => (outcome.kind === "accepted" ? "accepted" : outcome.code);
