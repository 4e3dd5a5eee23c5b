import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import { MINUTE } from "../lib/clock.ts";
import { AFTER_FAULT_SECONDS, wakesItself } from "../outbox/timing.ts";
import { type ToWake, wake } from "../outbox/wake.ts";
import type { ChannelAdapter, ChannelReport, Result, RetryAfter, RegisteredChannel } from "./channel.ts";
import { claim, type ClaimedDispatch } from "./claim.ts";
import { acquirePermit, type Permit, releasePermit, restFor } from "./permit.ts";
import { endings } from "./endings.ts";
import { recordRound } from "./record-round.ts";
import { sortOut } from "./sort-out.ts";
import { chunks } from "../lib/chunks.ts";
import { Parsed } from "../db/statement.ts";
import { channelOf } from "../outbox/channel.ts";

/** Dispatches of one round: claimed together, and sent through one provider. */
export const ROUND = 100;

/**
 * Bounds of one channel in an invocation. A batch of the bulk queue may hold several channels. All of them, with the
 * inboxes that are announced to and the settlements in the batch, must stay within the platform's limits: 1,000 D1
 * statements (a round has about fifteen, and begins only while there is room), 10,000 subrequests (up to three a dispatch)
 * and 15 minutes. What is left of the batch comes again at once.
 */
export const MAX_ROUNDS = 12;
const MAX_MS = 10 * MINUTE;

/** When an invocation that begins now must not begin another round, epoch ms. All of its channels share the time. */
export const endOfRounds = ({ clock }: Ctx): number => clock.now() + MAX_MS;

/** Sends what is due on one channel; a list of ids for each message. @throws when there is no such channel */
export const deliverOn = async (
  ctx: Ctx,
  channel: string,
  messages: readonly (readonly string[])[],
  end = endOfRounds(ctx),
): Promise<RetryAfter> => channelOf(ctx, channel).deliver(ctx, messages, end);

/** The channel whose dispatches go out through the adapter's providers. */
export const throughProviders = <Loaded>(adapter: ChannelAdapter<Loaded>): RegisteredChannel => ({
  ...adapter,
  deliver: (ctx, messages, end) => deliver(ctx, adapter, messages, end),
  check: (messages, now) =>
    Parsed.of(
      { loaded: adapter.load(messages, now) },
      ({ loaded }) =>
        (dispatch) =>
          adapter.refusal(dispatch, loaded, now),
    ),
  explain: (messages, now) =>
    Parsed.of({ loaded: adapter.load(messages, now) }, ({ loaded }) => ({
      endings: (dispatch) => endings(dispatch, adapter.waitFor(dispatch, loaded, now), now),
      rules: (dispatch) => adapter.rules(dispatch, loaded, now),
      words: (ctx, dispatch) => adapter.words(ctx, dispatch, loaded),
      preview: (ctx, dispatch) => adapter.preview(ctx, dispatch, loaded),
    })),
});

/**
 * Sends what is due of these messages' ids, one round after another, until `end` (epoch ms).
 * Every id is handled here, or is in the answer, or is left to the sweep by its `wake_at`.
 */
export async function deliver<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  messages: readonly (readonly string[])[],
  end = endOfRounds(ctx),
): Promise<RetryAfter> {
  const retryAfter: RetryAfter = new Map();
  // No more than a provider takes at once: nothing is claimed that would wait for a slow provider.
  const size = Math.min(ROUND, ...adapter.providers.map((provider) => provider.pace.burst));
  // Set when all gates refuse. The following rounds then do not ask them again.
  let rest: Rest | null = null;
  for (const [i, round] of packRounds(messages, size).entries()) {
    const isOver = i >= MAX_ROUNDS || ctx.clock.now() >= end || !hasRoom(ctx.db);
    if (rest === null && isOver) rest = { seconds: 0 };
    try {
      rest ??= await deliverRound(ctx, adapter, round);
      if (rest?.seconds != null) for (const id of round) retryAfter.set(id, rest.seconds);
    } catch (error) {
      ctx.log.error("round_failed", error, { channel: adapter.channel, ids: round.length });
      for (const id of round) retryAfter.set(id, AFTER_FAULT_SECONDS);
    }
  }
  return retryAfter;
}

/**
 * The ids of several messages as rounds of at most `size`, each id once. Ids of one message stay together where they fit,
 * because dispatches that shared a request come back as one message and must be repeated as one request.
 */
export function packRounds(messages: readonly (readonly string[])[], size: number): string[][] {
  const seen = new Set<string>();
  const rounds: string[][] = [];
  let round: string[] = [];
  const close = () => {
    if (round.length > 0) rounds.push(round);
    round = [];
  };
  for (const message of messages) {
    const ids = [...new Set(message)].filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    for (const part of chunks(ids, size)) {
      if (round.length + part.length > size) close();
      round.push(...part);
    }
  }
  close();
  return rounds;
}

/** All providers rest: retry after so many seconds. Null: the rest is so long that the sweep wakes the dispatches. */
interface Rest {
  seconds: number | null;
}

/**
 * One round: permit → claim → sort out → send → release → record.
 * @returns null when it is done, or the rest that the gates ask for
 */
async function deliverRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  ids: readonly string[],
): Promise<Rest | null> {
  const permit = await acquirePermit(ctx, adapter, ids.length);
  if ("retryAt" in permit) return { seconds: restFor(ctx, permit.retryAt) };
  const sent = await sendRound(ctx, adapter, ids, permit);
  if (sent.ready.length === 0 && sent.verdicts.length === 0) return null;
  // The gate knows of a pause by now: where another provider can take over, the messages are retried at once.
  const moves = adapter.providers.length > 1 && sent.health.some(({ kind }) => kind === "throttled");
  await recordRound(ctx, adapter.channel, {
    ...sent,
    provider: permit.provider.name,
    probe: permit.admission.probe,
    results: moves ? sent.results.map(withoutWait) : sent.results,
  });
  return null;
}

/** Claims and sends. The permit is released whatever happens: a probe that is lost would keep the gate shut. */
async function sendRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  ids: readonly string[],
  permit: Permit,
) {
  const { provider, admission, acquireMore } = permit;
  let report: ChannelReport = { results: [], health: [] };
  try {
    if (admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);
    const { lease, dispatches, early, loaded } = await claim(ctx, adapter.channel, ids, adapter.load);
    await wakeEarly(ctx, early);
    const { ready, verdicts } = await sortOut(ctx, adapter.budget, dispatches, (dispatch, now) =>
      adapter.waitFor(dispatch, loaded, now),
    );
    if (ready.length > 0)
      report = await adapter.send(ctx, provider.name, ready, loaded, { lease, acquireMore });
    const swept = new Set(dispatches.filter((one) => wasSwept(ctx, one)).map(({ id }) => id));
    return { lease, swept, ready, verdicts, ...report };
  } finally {
    await releasePermit(ctx, adapter, permit, report.health);
  }
}

/** The sweep moves `wake_at` farther than a wake-up call of its own does. */
const wasSwept = ({ config }: Ctx, { wake_at, due_at }: ClaimedDispatch): boolean =>
  wake_at !== null && wake_at > due_at + config.sweepAfterMs;

const withoutWait = (result: Result): Result =>
  result.outcome.kind === "deferred" ? { ...result, outcome: { ...result.outcome, afterMs: 0 } } : result;

/** Re-enqueues dispatches that are due soon. The sweep wakes those that are due later. */
async function wakeEarly(ctx: Ctx, early: readonly ToWake[]): Promise<void> {
  const now = ctx.clock.now();
  await wake(
    ctx,
    early.filter(({ at }) => wakesItself(at, now)),
  );
}
