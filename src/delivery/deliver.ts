import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import { MINUTE } from "../lib/clock.ts";
import { AFTER_FAULT_SECONDS, wakesItself } from "../outbox/timing.ts";
import { type ToWake, wake } from "../outbox/wake.ts";
import type { ChannelAdapter, ChannelReport, Result, RetryAfter, RegisteredChannel } from "./channel.ts";
import { claim, type ClaimedDispatch, type Lease } from "./claim.ts";
import { acquirePermit, type Permit, releasePermit, restFor } from "./permit.ts";
import { endings } from "./endings.ts";
import { recordRound } from "./record-round.ts";
import { PARALLEL_REQUESTS, type Terms } from "./send-concurrently.ts";
import { type Sorted, sortOut } from "./sort-out.ts";
import { chunks } from "../lib/chunks.ts";
import { Places } from "../lib/parallel.ts";
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

/** Rounds that are sent or written at the same time. */
const OVERLAPPING = PARALLEL_REQUESTS;

/** When an invocation that begins now must not begin another round, epoch ms. All of its channels share the time. */
export const endOfRounds = ({ clock }: Ctx): number => clock.now() + MAX_MS;

/** Sends what is due on one channel; a list of ids for each message. @throws when there is no such channel */
export const deliverOn = async (
  ctx: Ctx,
  channel: string,
  messages: readonly (readonly string[])[],
  end = endOfRounds(ctx),
): Promise<RetryAfter> => channelOf(ctx, channel).deliver(ctx, messages, end);

/** Sends these dispatches of a channel in the request that waits for them, without the queue. */
export const deliverTest = (ctx: Ctx, channel: string, ids: readonly string[]): Promise<RetryAfter> =>
  deliverOn(ctx, channel, [ids]);

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
 * Sends what is due of these messages' ids in rounds, until `end` (epoch ms).
 * Every id is handled here, or is in the answer, or is left to the sweep by its `wake_at`.
 */
export async function deliver<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  messages: readonly (readonly string[])[],
  end = endOfRounds(ctx),
): Promise<RetryAfter> {
  const retryAfter: RetryAfter = new Map();
  const again = (ids: readonly string[], seconds: number) => {
    for (const id of ids) retryAfter.set(id, seconds);
  };
  const failed = (ids: readonly string[], error: unknown) => {
    ctx.log.error("round_failed", error, { channel: adapter.channel, ids: ids.length });
    again(ids, AFTER_FAULT_SECONDS);
  };
  // No more than a provider takes at once: nothing is claimed that would wait for a slow provider.
  const size = Math.min(ROUND, ...adapter.providers.map((provider) => provider.pace.burst));
  const shared: Shared = { connections: new Places(PARALLEL_REQUESTS), pauses: new Map() };
  // Receivers get their messages in order, and one that is slow would hold a connection in each round.
  const underWay = new Places(adapter.providers.length > 0 ? OVERLAPPING : 1);
  const ends: Promise<void>[] = [];
  // Set when all gates refuse. The following rounds then do not ask them again.
  let rest: Rest | null = null;
  for (const [i, round] of packRounds(messages, size).entries()) {
    // The next one is claimed while those before it are at the provider, and when it could send at once.
    if (rest === null) await Promise.all([underWay.untilFree(), shared.connections.untilFree()]);
    const isOver = i >= MAX_ROUNDS || ctx.clock.now() >= end || !hasRoom(ctx.db);
    if (rest === null && isOver) rest = { seconds: 0 };
    try {
      const begun: Begun<Loaded> | Rest = rest ?? (await beginRound(ctx, adapter, round));
      if ("seconds" in begun) {
        rest = begun;
        if (rest.seconds !== null) again(round, rest.seconds);
        continue;
      }
      await underWay.take();
      const ended = endRound(ctx, adapter, begun, shared)
        .catch((error: unknown) => failed(round, error))
        .finally(() => underWay.give());
      ends.push(ended);
      // Until a probe has reported, the gate refuses the rounds after it.
      if (begun.permit.admission.probe) await ended;
    } catch (error) {
      failed(round, error);
    }
  }
  await Promise.all(ends);
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

/** What the rounds of an invocation share. */
type Shared = Pick<Terms, "connections" | "pauses">;

/** A round whose dispatches are claimed. */
interface Begun<Loaded> extends Sorted {
  permit: Permit;
  lease: Lease;
  loaded: Loaded;
  /** Those that the sweep has woken. */
  swept: ReadonlySet<string>;
}

/**
 * The first half of a round: permit → claim → sort out.
 * @returns the rest that the gates ask for, when all do
 */
async function beginRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  ids: readonly string[],
): Promise<Begun<Loaded> | Rest> {
  const permit = await acquirePermit(ctx, adapter, ids.length);
  if ("retryAt" in permit) return { seconds: restFor(ctx, permit.retryAt) };
  try {
    if (permit.admission.waitMs > 0) await ctx.clock.sleep(permit.admission.waitMs);
    const { lease, dispatches, early, loaded } = await claim(ctx, adapter.channel, ids, adapter.load);
    await wakeEarly(ctx, early);
    const sorted = await sortOut(ctx, adapter.budget, dispatches, (dispatch, now) =>
      adapter.waitFor(dispatch, loaded, now),
    );
    const swept = new Set(dispatches.filter((one) => wasSwept(ctx, one)).map(({ id }) => id));
    return { permit, lease, loaded, swept, ...sorted };
  } catch (error) {
    await releasePermit(ctx, adapter, permit, []);
    throw error;
  }
}

/** The second half: send → release → record. */
async function endRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  { permit, lease, loaded, swept, ready, verdicts }: Begun<Loaded>,
  shared: Shared,
): Promise<void> {
  const { provider, admission, acquireMore } = permit;
  let report: ChannelReport = { results: [], health: [] };
  try {
    if (ready.length > 0)
      report = await adapter.send(ctx, provider.name, ready, loaded, {
        ...shared,
        lease,
        provider: provider.name,
        acquireMore,
      });
  } finally {
    // Whatever happens: a probe that is lost would keep the gate shut.
    await releasePermit(ctx, adapter, permit, report.health);
  }
  if (ready.length === 0 && verdicts.length === 0) return;
  const { results, health } = report;
  // The gate knows of a pause by now: where another provider can take over, the messages are retried at once.
  const moves = adapter.providers.length > 1 && health.some(({ kind }) => kind === "throttled");
  await recordRound(ctx, adapter.channel, {
    lease,
    swept,
    ready,
    verdicts,
    provider: provider.name,
    probe: admission.probe,
    results: moves ? results.map(withoutWait) : results,
  });
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
