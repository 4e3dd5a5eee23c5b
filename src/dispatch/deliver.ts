import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { Admission } from "../gate/gate.ts";
import { SECOND } from "../lib/clock.ts";
import { groupBy } from "../lib/chunks.ts";
import type { Settlement, Verdict } from "../queues/message.ts";
import type { ChannelAdapter, ProviderEntry, Result, Round } from "./channel.ts";
import { type Claimed, claim } from "./claim.ts";
import type { ProviderHealth } from "./outcome.ts";
import { type Particulars, settle } from "./settle.ts";
import { MAX_CLAIMS, wakesItself } from "./timing.ts";
import { abandoned, expired, isExpired, postponed, verdictOf } from "./verdict.ts";
import { packRounds } from "./rounds.ts";
import { sendToQueue, wake } from "./wake.ts";

/** Dispatches claimed at a time: one provider round. */
export const ROUND = 100;

/** Outcomes that wait for D1 are tried again after so many seconds: sooner than a lost lease is taken over. */
const SETTLE_LATER_SECONDS = 5;

/** Deliveries in one message of outcomes, to stay well under the queue's 128 KB. */
const DELIVERIES_PER_SETTLEMENT = 200;

/** After a fault of D1 or of a Durable Object, a message comes again after so many seconds. */
const AFTER_FAULT_SECONDS = 15;

/** Ids whose message should come again, and after how many seconds. The others are done with. */
export type Again = Map<string, number>;

type Admitted = Extract<Admission, { admitted: true }>;

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
  for (const round of packRounds(messages, size)) {
    try {
      const wait = await deliverRound(ctx, adapter, round);
      if (wait !== null) for (const id of round) again.set(id, wait);
    } catch (error) {
      ctx.log.error("round_failed", error, { channel: adapter.channel, ids: round.length });
      for (const id of round) again.set(id, AFTER_FAULT_SECONDS);
    }
  }
  return again;
}

/** One round. @returns seconds after which the same ids should come again, or null */
async function deliverRound<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  ids: readonly string[],
): Promise<number | null> {
  const pass = await admit(ctx, adapter, ids.length);
  if ("retryAt" in pass) return restFor(ctx, pass.retryAt);
  const { provider, admission } = pass;
  if (admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);

  const claimed = await claim(ctx, adapter.channel, ids, adapter.loader);
  await wakeEarly(ctx, adapter, claimed);
  const { ready, verdicts } = await sortOut(ctx, adapter, claimed.dispatches);
  if (ready.length === 0 && verdicts.length === 0) return null;

  await keepPace(ctx, adapter, provider, adapter.weight(ready, claimed.loaded) - ids.length);
  const sent =
    ready.length === 0
      ? { results: [], health: [] }
      : await adapter.send(ctx, provider.name, ready, claimed.loaded, claimed.lease);
  await conclude(ctx, adapter, claimed, provider.name, admission.probe, ready, verdicts, sent);
  await reportHealth(ctx, adapter, provider, admission, sent.health);
  return null;
}

const gateName = (adapter: { channel: string }, provider: ProviderEntry) =>
  `${adapter.channel}:${provider.name}`;

/** Asks each provider's gate in order of preference. When all rest: the time at which the first one is back. */
async function admit<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  count: number,
): Promise<{ provider: ProviderEntry; admission: Admitted } | { retryAt: number }> {
  let retryAt = Number.POSITIVE_INFINITY;
  for (const provider of adapter.providers) {
    const admission = await ctx.gates(gateName(adapter, provider)).acquire(count, provider.pace);
    if (admission.admitted) return { provider, admission };
    retryAt = Math.min(retryAt, admission.retryAt);
  }
  return { retryAt };
}

/** A short rest is slept through on the queue; a long one is left to the sweep, which asks the gate before it wakes. */
function restFor(ctx: Ctx, retryAt: number): number | null {
  const seconds = Math.ceil((retryAt - ctx.clock.now()) / 1_000);
  return seconds <= ctx.config.sweepAfterMs / 2_000 ? Math.max(1, seconds) : null;
}

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

/** Separates what may be sent now from what has expired, has failed too often, or must wait for its user's slot. */
async function sortOut<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  dispatches: readonly Dispatch[],
): Promise<{ ready: Dispatch[]; verdicts: Verdict[] }> {
  const now = ctx.clock.now();
  const verdicts: Verdict[] = [];
  const alive: Dispatch[] = [];
  for (const dispatch of dispatches) {
    if (isExpired(dispatch, now)) verdicts.push(expired(dispatch));
    else if (dispatch.claims > MAX_CLAIMS) verdicts.push(abandoned(dispatch));
    else alive.push(dispatch);
  }
  const slots = await slotsFor(
    ctx,
    adapter,
    alive.filter((dispatch) => dispatch.slot_at === null),
  );
  const ready: Dispatch[] = [];
  for (const dispatch of alive) {
    const at = dispatch.slot_at ?? slots.get(dispatch.id);
    if (at === undefined) verdicts.push(postponed(ctx, dispatch, now + AFTER_FAULT_SECONDS * SECOND));
    else if (at <= now) ready.push({ ...dispatch, slot_at: at });
    else verdicts.push(postponed(ctx, { ...dispatch, slot_at: at }, at));
  }
  return { ready, verdicts };
}

/** The slots that the users' limiters give: one call a user. Where a limiter does not answer, none. */
async function slotsFor<Loaded>(
  ctx: Ctx,
  { budget }: ChannelAdapter<Loaded>,
  dispatches: readonly Dispatch[],
): Promise<Map<string, number>> {
  const byUser = groupBy(dispatches, (dispatch) => dispatch.user_id);
  const slots = await Promise.all(
    [...byUser].map(async ([userId, own]) => {
      const ids = own.map((dispatch) => dispatch.id);
      try {
        return await ctx.limiters(userId).slots(budget, ids);
      } catch (error) {
        ctx.log.error("limiter_failed", error, { dispatches: ids.length });
        return [];
      }
    }),
  );
  return new Map(slots.flat().map((slot) => [slot.id, slot.at]));
}

/** Users with several devices cost the provider's pace more than was asked for at first. */
async function keepPace<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  provider: ProviderEntry,
  missing: number,
): Promise<void> {
  const gate = ctx.gates(gateName(adapter, provider));
  for (let left = missing; left > 0; left -= provider.pace.burst) {
    const admission = await gate
      .acquire(Math.min(left, provider.pace.burst), provider.pace)
      .catch(() => null);
    if (admission?.admitted && admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);
  }
}

/** A round tells its gate the worst that it met; a success only where the gate waits for one. */
async function reportHealth<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  provider: ProviderEntry,
  admission: Admitted,
  health: readonly ProviderHealth[],
): Promise<void> {
  if (health.length === 0) return;
  const pauses = health.filter((report) => report.kind === "throttled");
  const worst: ProviderHealth =
    pauses.length > 0
      ? { kind: "throttled", afterMs: Math.max(...pauses.map((report) => report.afterMs)) }
      : health.some((report) => report.kind === "ok")
        ? { kind: "ok" }
        : { kind: "error" };
  if (worst.kind === "ok" && !admission.reportSuccess) return;
  try {
    await ctx.gates(gateName(adapter, provider)).report(worst);
  } catch (error) {
    ctx.log.error("gate_failed", error, { provider: provider.name });
  }
}

/** Writes the round down. What the lease no longer covered goes back to the queue at once. */
async function conclude<Loaded>(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  { lease }: Claimed<Loaded>,
  provider: string,
  probe: boolean,
  ready: readonly Dispatch[],
  earlier: readonly Verdict[],
  { results }: Round,
): Promise<void> {
  const answered = new Set(results.map((result) => result.dispatch.id));
  const letGo = ready.filter((dispatch) => !answered.has(dispatch.id));
  const settlement: Settlement = {
    channel: adapter.channel,
    claim_id: lease.claimId,
    claimed_at: lease.claimedAt,
    verdicts: [
      ...earlier,
      ...letGo.map((dispatch) => postponed(ctx, dispatch, ctx.clock.now())),
      ...results.map((result) => verdictOf(ctx, provider, result, probe)),
    ],
    deliveries: results.flatMap((result) => result.deliveries),
    gone: results.flatMap((result) => result.gone),
  };
  await settleNowOrLater(ctx, adapter.channel, settlement, results.flatMap(particularsOf));
}

const particularsOf = ({ dispatch, toAddress, subject }: Result): Particulars[] =>
  toAddress === undefined && subject === undefined
    ? []
    : [{ id: dispatch.id, to_address: toAddress ?? null, title: subject ?? null }];

/** What a provider has accepted must not be forgotten because D1 is away: the outcomes then travel by queue. */
async function settleNowOrLater(
  ctx: Ctx,
  channel: Settlement["channel"],
  settlement: Settlement,
  particulars: readonly Particulars[],
): Promise<void> {
  try {
    await settle(ctx, settlement, particulars);
  } catch (error) {
    ctx.log.error("settle_failed", error, { channel, verdicts: settlement.verdicts.length });
    const parts = splitSettlement(settlement).map((settle) => ({ v: 1 as const, settle }));
    for (const part of parts)
      if (!(await sendToQueue(ctx, channel === "email" ? "email" : "push", [part], SETTLE_LATER_SECONDS)))
        ctx.log.error("outcomes_lost", error, { channel, verdicts: part.settle.verdicts.length });
  }
}

/** A settlement in pieces that fit into queue messages; a dispatch and its deliveries stay together. */
export function splitSettlement(settlement: Settlement): Settlement[] {
  const byDispatch = groupBy(settlement.deliveries, (delivery) => delivery.dispatch_id);
  const pieces: Settlement[] = [];
  let piece: Settlement | null = null;
  for (const verdict of settlement.verdicts) {
    const own = byDispatch.get(verdict.id) ?? [];
    if (piece === null || piece.deliveries.length + own.length > DELIVERIES_PER_SETTLEMENT) {
      piece = { ...settlement, verdicts: [], deliveries: [], gone: [] };
      pieces.push(piece);
    }
    const devices = new Set(own.map((delivery) => delivery.device_id));
    piece.verdicts.push(verdict);
    piece.deliveries.push(...own);
    piece.gone.push(...settlement.gone.filter((token) => devices.has(token.device_id)));
  }
  return pieces;
}
