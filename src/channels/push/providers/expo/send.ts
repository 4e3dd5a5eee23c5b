import type { Outcome, ProviderHealth, SendReport } from "../../../../delivery/outcome.ts";
import { type Clock, SECOND } from "../../../../lib/clock.ts";
import type { PushMessage } from "../../provider.ts";
import type { ExpoClient } from "./client.ts";
import { judge, toExpoMessage } from "./mapping.ts";

/** Enough to find one malformed message among a hundred: the request itself and seven times two halves. */
const MAX_REQUESTS = 15;
/** No further request is begun after so long, so that a round of splits stays within the lease of its claim. */
const MAX_MS = 20 * SECOND;

const UNFINISHED = {
  code: "expo_unfinished",
  message:
    "Expo's push service wanted the messages in smaller groups, and there was no time for all of them.",
};

/**
 * Sends `messages` in one request, and in more only where Expo refuses it: then in groups by project, or in halves until
 * the malformed ones stand alone. What is left when the bounds are reached is to be sent again.
 */
export async function sendMessages(
  post: ExpoClient,
  clock: Pick<Clock, "now">,
  messages: readonly PushMessage[],
): Promise<SendReport> {
  const deadline = clock.now() + MAX_MS;
  const outcomes = new Map<number, Outcome>();
  let health: ProviderHealth = { kind: "ok" };
  let rest: Outcome | null = null;

  // A stack, so that a piece is dealt with to the end: every round settles something.
  const pieces = messages.length > 0 ? [messages.map((message, index) => ({ message, index }))] : [];
  for (let requests = 0; requests < MAX_REQUESTS && (requests === 0 || clock.now() < deadline); requests++) {
    const piece = pieces.pop();
    if (piece === undefined) break;
    const answer = await post(
      "send",
      piece.map(({ message }) => toExpoMessage(message)),
    );
    const verdict = judge(answer, piece, ({ message }) => message.token);
    if (verdict.kind === "split") {
      pieces.push(...verdict.pieces.toReversed());
      continue;
    }
    if (verdict.health.kind !== "ok") health = verdict.health;
    if (verdict.kind === "stop") {
      rest = verdict.outcome;
      break;
    }
    for (const [at, outcome] of verdict.outcomes.entries()) {
      const item = piece[at];
      if (item !== undefined) outcomes.set(item.index, outcome);
    }
  }

  // Without an attempt spent only when something was settled: so it ends, and no bystander fails for others' mistakes.
  rest ??=
    outcomes.size > 0
      ? { kind: "deferred", ...UNFINISHED, afterMs: SECOND }
      : { kind: "retry", ...UNFINISHED };
  const left = rest;
  return { outcomes: messages.map((_, index) => outcomes.get(index) ?? left), health };
}
