import type { Outbox, Taken } from "../../../../dev-outbox/message.ts";
import type { Log } from "../../../../lib/log.ts";
import type { EmailMessage, EmailProvider } from "../../provider.ts";
import { defineEmailProvider } from "../definition.ts";
import { report, accepted } from "../../../send-kit/verdict.ts";

/** As the outbox keeps it. */
const takenOf = (message: EmailMessage): Taken => ({
  dispatchId: message.dispatchId,
  to: message.to.address,
  content: {
    channel: "email",
    message: {
      to_name: message.to.name,
      from: message.from,
      reply_to: message.replyTo,
      subject: message.subject,
      html: message.html,
      text: message.text,
      headers: { ...message.headers },
    },
  },
});

/**
 * Delivers nothing: accepts every message, puts it into the outbox for development, and logs that it did, without addresses
 * or text.
 */
export const createLogProvider = ({
  log: lines,
  outbox = null,
}: {
  log: Log;
  outbox?: Outbox | null;
}): EmailProvider => ({
  name: "log",
  pace: { ratePerSecond: 1_000, burst: 1_000 },
  maxPerRequest: 100,
  send: async (messages) => {
    for (const message of messages) lines.info("email.not_delivered", { dispatch_id: message.dispatchId });
    await outbox?.(messages.map(takenOf));
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
