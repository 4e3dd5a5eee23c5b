import type { Outbox } from "../../../../dev-outbox/message.ts";
import type { Log } from "../../../../lib/log.ts";
import { accepted, report } from "../../../send-kit/verdict.ts";
import type { SmsProvider } from "../../provider.ts";
import { segmentsOf } from "../../segments.ts";
import { defineSmsProvider } from "../definition.ts";

/** Delivers nothing: accepts every message, puts it into the outbox for development, and logs that it did, without number or text. */
export const createLogProvider = ({
  log: lines,
  outbox = null,
  from,
}: {
  log: Log;
  outbox?: Outbox | null;
  from: string | null;
}): SmsProvider => ({
  name: "log",
  pace: { ratePerSecond: 1_000, burst: 1_000 },
  async send({ dispatchId, to, text }) {
    lines.info("sms.not_delivered", { dispatch_id: dispatchId });
    const { segments, encoding } = segmentsOf(text);
    const message = { from: from ?? "Tidings", body: text, segments, encoding };
    await outbox?.([{ dispatchId, to, content: { channel: "sms", message } }]);
    return report([accepted(`log-${dispatchId}`)]);
  },
});

export const log = defineSmsProvider({
  variables: {},
  credentials: {},
  isForDevelopment: true,
  create: (_, tools) => createLogProvider(tools),
});
