import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import type { SendReport } from "../../../../delivery/outcome.ts";
import { SECOND } from "../../../../lib/clock.ts";
import { report, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { type Left, sendInPieces } from "../../../send-kit/split.ts";
import type { PushMessage } from "../../provider.ts";
import type { ExpoClient, ExpoClientOptions } from "./client.ts";
import { VERDICTS, verdict } from "./codes.ts";
import { readSent, toExpoMessage } from "./mapping.ts";

/** Enough to find one malformed message among a hundred: the request itself and seven times two halves. */
const MAX_REQUESTS = 15;

/** Sends `messages` in one request, and in more only where Expo refuses it: then by project, or in halves. */
export async function sendMessages(
  post: ExpoClient,
  { clock, timeoutMs = PROVIDER_TIMEOUT_MS }: Pick<ExpoClientOptions, "clock" | "timeoutMs">,
  messages: readonly PushMessage[],
): Promise<SendReport> {
  const verdicts = await sendInPieces(
    messages,
    { clock, timeoutMs, requests: MAX_REQUESTS },
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
