import type { Log } from "../../../../lib/log.ts";
import type { EmailProvider } from "../../provider.ts";
import { defineEmailProvider } from "../definition.ts";
import { report, accepted } from "../../../send-kit/verdict.ts";

/** Delivers nothing: accepts every message and logs that it did, without addresses or text. For local development. */
export const createLogProvider = ({ log: lines }: { log: Log }): EmailProvider => ({
  name: "log",
  pace: { ratePerSecond: 1_000, burst: 1_000 },
  maxPerRequest: 100,
  send: async (messages) => {
    for (const message of messages) lines.info("email.not_delivered", { dispatch_id: message.dispatchId });
    return report(messages.map((message) => accepted(`log-${message.dispatchId}`)));
  },
  probe: async () => ({ kind: "ok" }),
});

export const log = defineEmailProvider({
  variables: {},
  credentials: {},
  isForDevelopment: true,
  create: (_, tools) => createLogProvider(tools),
});
