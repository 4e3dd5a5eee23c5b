import type { SendReport } from "../../../delivery/outcome.ts";
import { report } from "../../send-kit/report.ts";
import type { ProviderVerdict } from "../../send-kit/verdict.ts";
import type { Vetting } from "../headers.ts";
import type { EmailMessage } from "../provider.ts";
import { verdict } from "./verdicts.ts";

/** For providers that take many messages a request: sends those that may be sent, and reports the others in their places. */
export async function sendVetted(
  vettings: readonly Vetting[],
  send: (messages: EmailMessage[]) => Promise<ProviderVerdict[]>,
): Promise<SendReport> {
  const ready = vettings.flatMap((vetting) => (vetting.ok ? [vetting.message] : []));
  const sent = (ready.length === 0 ? [] : await send(ready)).values();
  return report(
    vettings.map((vetting) =>
      vetting.ok ? (sent.next().value ?? verdict("bad_answer")) : verdict(vetting.defect),
    ),
  );
}
