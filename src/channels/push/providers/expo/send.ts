import type { SendReport } from "../../../../delivery/outcome.ts";
import { type Clock, SECOND } from "../../../../lib/clock.ts";
import { report, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { type Left, sendInPieces } from "../../../send-kit/split.ts";
import type { PushMessage } from "../../provider.ts";
import type { ExpoClient } from "./client.ts";
import { VERDICTS, verdict } from "./codes.ts";
import { readSent, toExpoMessage } from "./mapping.ts";

/**
 * 15 requests find one malformed message among a hundred: the request itself and seven times two halves. The time keeps a
 * round of splits within the lease of its claim.
 */
const SPLIT = { requests: 15, withinMs: 20 * SECOND };

/** Sends `messages` in one request, and in more only where Expo refuses it: then by project, or in halves. */
export async function sendMessages(
  post: ExpoClient,
  clock: Pick<Clock, "now">,
  messages: readonly PushMessage[],
): Promise<SendReport> {
  const verdicts = await sendInPieces(
    messages,
    { clock, ...SPLIT },
    async (piece) => readSent(await post("send", piece.map(toExpoMessage)), piece),
    unsent,
  );
  return report(verdicts);
}

/**
 * Messages without a verdict share the failure that ended the round. If the limits ended it, they lose an attempt only when
 * no message got a verdict. So retries end, and no message fails because of others.
 */
function unsent({ because, settled }: Left): ProviderVerdict {
  if (because !== null) return because;
  if (settled === 0) return verdict("expo_unfinished");
  const { message } = VERDICTS.expo_unfinished;
  return {
    outcome: { kind: "deferred", code: "expo_unfinished", message, afterMs: SECOND },
    health: { kind: "ok" },
  };
}
