import type { Outbox, Taken } from "../../../../dev-outbox/message.ts";
import { isoOrNull } from "../../../../lib/clock.ts";
import type { Log } from "../../../../lib/log.ts";
import { PUSH_OPTIONS } from "../../options.ts";
import type { PushMessage, PushProvider } from "../../provider.ts";
import { definePushProvider } from "../definition.ts";

/** As the outbox keeps it. The id under which a push replaces another is its dispatch's. */
const takenOf = ({ token, title, body, data, options, collapseId, expiresAt }: PushMessage): Taken => ({
  dispatchId: collapseId,
  to: token,
  content: {
    channel: "push",
    message: {
      title,
      body,
      data,
      options: { ...options },
      collapse_id: collapseId,
      expires_at: isoOrNull(expiresAt),
    },
  },
});

/**
 * The provider for development: IT DELIVERS NOTHING. It accepts every message, puts it into the outbox for development, and
 * logs one line with their number, never their text or recipients. The configuration refuses it in production.
 */
export function createLogProvider({
  log: lines,
  outbox = null,
}: {
  log: Log;
  outbox?: Outbox | null;
}): PushProvider {
  return {
    name: "log",
    devices: "all",
    options: PUSH_OPTIONS,
    pace: { ratePerSecond: 10_000, burst: 10_000 },
    maxPerRequest: 100,
    send: async (messages) => {
      lines.info("push_not_delivered", { provider: "log", messages: messages.length });
      await outbox?.(messages.map(takenOf));
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
  create: (_, tools) => [createLogProvider(tools)],
});
