import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import type { Dispatch } from "../db/schema/index.ts";
import { MINUTE, SECOND } from "../lib/clock.ts";
import { HORIZON_MS } from "../rate-limit/limiter.ts";
import type { Verdict } from "../outbox/settlement.ts";
import type { ChannelAdapter, Result } from "./channel.ts";
import { type Claimed, claim, type ClaimedDispatch } from "./claim.ts";
import { recordRound } from "./record-round.ts";
import { acquirePermit, releasePermit, restFor } from "./permit.ts";
import { deferOverQuota, uncountQuota } from "../rate-limit/quota/spend.ts";
import { packRounds } from "./rounds.ts";
import { slotsFor } from "./slots.ts";
import { MAX_CLAIMS, wakesItself } from "../outbox/timing.ts";
import { abandoned, expired, isExpired, outOfCharge, postponed } from "./verdict.ts";
import { wake } from "../outbox/wake.ts";

/** Dispatches claimed at a time: one provider round. */
export const ROUND = 100;

/**
 * Bounds of one channel in an invocation. A bulk batch may hold two, and both together, with the inboxes that it announces
 * to and the settlements in it, stay inside the platform's: 1,000 D1 statements (a round has about fifteen; one begins only
 * while there is room), 10,000 subrequests (up to three a dispatch) and 15 minutes. What is left of the batch comes again at
 * once.
 */
export const MAX_ROUNDS = 12;
const MAX_MS = 6 * MINUTE;

/** After a fault of D1 or of a Durable Object, a message comes again after so many seconds. */
const AFTER_FAULT_SECONDS = 15;

/**
 * Who finds their user booked out asks again so long before their turn: when half of what is booked is over. A crowd that
 * asked as soon as there is room for one would ask each minute.
 */
const ASK_AHEAD_MS = HORIZON_MS / 2;

/** Ids whose message should come again, and after how many seconds. The others are done with. */
export type Again = Map<string, number>;

/**
 * Sends what is due of these messages' ids, a round at a time: gate, claim with load, limiter, provider, settle.
 * Every id is handled here, or is in the answer, or is left to the sweep by its `wake_at`.
 */
export async function deliver<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  messages: readonly (readonly string[])[],
): Promise<Again> {
  const again: Again = new Map();
  // No more than a provider takes at once: a slow one is not waited for with claims in hand.
  const size = Math.min(ROUND, ...adapter.providers.map((provider) => provider.pace.burst));
  const end = ctx.clock.now() + MAX_MS;
  // Set once the gates refuse: the rounds that follow need not ask.
  let rest: Rest | null = null;
  for (const [i, round] of packRounds(messages, size).entries()) {
    const isOver = i >= MAX_ROUNDS || ctx.clock.now() >= end || !hasRoom(ctx.db);
    if (rest === null && isOver) rest = { againAfter: 0 };
    try {
      rest ??= await deliverRound(ctx, adapter, round);
      if (rest?.againAfter != null) for (const id of round) again.set(id, rest.againAfter);
    } catch (error) {
      ctx.log.error("round_failed", error, { channel: adapter.channel, ids: round.length });
      for (const id of round) again.set(id, AFTER_FAULT_SECONDS);
    }
  }
  return again;
}

/** Nothing may be sent now. Messages come again after so many seconds; null leaves their rows to the sweep. */
interface Rest {
  againAfter: number | null;
}

/** One round. @returns null when it is done, or the rest that the gates ask for */
async function deliverRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  ids: readonly string[],
): Promise<Rest | null> {
  const permit = await acquirePermit(ctx, adapter, ids.length);
  if ("retryAt" in permit) return { againAfter: restFor(ctx, permit.retryAt) };
  const { provider, admission, acquireMore } = permit;
  if (admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);

  const claimed = await claim(ctx, adapter.channel, ids, adapter.load);
  await wakeEarly(ctx, adapter, claimed);
  const { ready, verdicts } = await sortOut(ctx, adapter, claimed.dispatches);

  const terms = { lease: claimed.lease, acquireMore };
  const sent =
    ready.length === 0
      ? { results: [], health: [] }
      : await adapter.send(ctx, provider.name, ready, claimed.loaded, terms);
  // The gate hears of a pause before the messages in hand come again: they then go to the next provider.
  const elsewhere = adapter.providers.length > 1 && sent.health.some(({ kind }) => kind === "throttled");
  if (elsewhere) await releasePermit(ctx, adapter, permit, sent.health);
  const results = elsewhere ? sent.results.map(againAtOnce) : sent.results;
  if (ready.length > 0 || verdicts.length > 0)
    await recordRound(ctx, adapter.channel, {
      lease: claimed.lease,
      provider: provider.name,
      probe: admission.probe,
      ready,
      verdicts,
      results,
    });
  if (!elsewhere) await releasePermit(ctx, adapter, permit, sent.health);
  return null;
}

const againAtOnce = (result: Result): Result =>
  result.outcome.kind === "deferred" ? { ...result, outcome: { ...result.outcome, afterMs: 0 } } : result;

/** Who was met before their time is woken at it, if that is soon; later ones are the sweep's. */
async function wakeEarly<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  { early }: Claimed<Loaded>,
): Promise<void> {
  const soon = early.filter(({ due_at }) => wakesItself(due_at, ctx.clock.now()));
  await wake(
    ctx,
    soon.map(({ id, lane, due_at }) => ({ id, lane, channel: adapter.channel, at: due_at })),
  );
}

/**
 * Separates what may be sent now from what has expired, has failed too often, is not the sender's to send any more, or must
 * wait for its user's slot.
 */
async function sortOut<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  dispatches: readonly ClaimedDispatch[],
): Promise<{ ready: Dispatch[]; verdicts: Verdict[] }> {
  const now = ctx.clock.now();
  const verdicts: Verdict[] = [];
  const alive: Dispatch[] = [];
  for (const dispatch of dispatches) {
    if (dispatch.left_sender === 1) verdicts.push(outOfCharge(dispatch));
    else if (isExpired(dispatch, now)) verdicts.push(expired(dispatch));
    else if (dispatch.claims > MAX_CLAIMS) verdicts.push(abandoned(dispatch));
    else alive.push(dispatch);
  }
  const waits = await deferOverQuota(ctx, alive);
  const slots = await slotsFor(
    ctx,
    adapter.budget,
    alive.filter(({ id, slot_at }) => slot_at === null && !waits.has(id)),
  );
  uncountQuota(
    ctx,
    alive.filter(({ id }) => !waits.has(id) && slots.get(id)?.at == null),
  );
  const ready: Dispatch[] = [];
  for (const dispatch of alive) {
    const nextDay = waits.get(dispatch.id);
    if (nextDay !== undefined) {
      verdicts.push(postponed(ctx, dispatch, nextDay));
      continue;
    }
    const slot = dispatch.slot_at === null ? slots.get(dispatch.id) : { at: dispatch.slot_at };
    if (slot === undefined) {
      verdicts.push(postponed(ctx, dispatch, now + AFTER_FAULT_SECONDS * SECOND));
      continue;
    }
    const own = { ...dispatch, slot_at: slot.at };
    const turn = slot.at ?? slot.askAgainAt + HORIZON_MS;
    if (slot.at !== null && turn <= ctx.clock.now()) ready.push(own);
    // One whose turn comes too late ends now, so that its slot is another's.
    else if ((own.expires_at ?? Infinity) <= turn) verdicts.push(expired(own));
    else verdicts.push(postponed(ctx, own, slot.at ?? turn - ASK_AHEAD_MS));
  }
  return { ready, verdicts };
}
