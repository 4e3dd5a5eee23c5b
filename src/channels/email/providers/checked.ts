import type { SendReport } from "../../../delivery/outcome.ts";
import { report, type ProviderVerdict } from "../../send-kit/verdict.ts";
import type { CheckedMessage } from "../headers.ts";
import type { EmailMessage } from "../provider.ts";
import { verdict } from "./verdicts.ts";

/** For providers that take many messages a request: sends the valid ones, and puts the outcomes of the others in between. */
export async function sendChecked(
  all: readonly CheckedMessage[],
  send: (messages: EmailMessage[]) => Promise<ProviderVerdict[]>,
): Promise<SendReport> {
  const ready = all.flatMap((checked) => (checked.ok ? [checked.message] : []));
  const sent = (ready.length === 0 ? [] : await send(ready)).values();
  return report(
    all.map((checked) =>
      checked.ok ? (sent.next().value ?? verdict("bad_answer")) : verdict(checked.defect),
    ),
  );
}
