import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import type { Settlement, Verdict } from "../outbox/settlement.ts";
import type { Result } from "./channel.ts";
import type { Lease } from "./claim.ts";
import { entryOf, postponedBy, withClaim } from "./entries.ts";
import { type PersonalFields, settle } from "./settle.ts";
import { settleLater } from "../outbox/wake.ts";
import { retryWait } from "../outbox/timing.ts";
import { ended, failed, postponed, verdict } from "./verdicts.ts";

/** Bytes of one message of outcomes: a queue takes 128,000, and 20 % of them stay free. */
const BYTES_PER_SETTLEMENT = 102_400;

/** Dispatches that were claimed and sent together, and what came of it. */
export interface Round {
  lease: Lease;
  /** The ids of those that the sweep had woken. */
  swept: ReadonlySet<string>;
  provider: string;
  /** Whether it was the probe of a provider that had failed. */
  probe: boolean;
  /** What was to be sent. */
  ready: readonly Dispatch[];
  /** What was decided without asking the provider. */
  verdicts: readonly Verdict[];
  /** What the provider said of those that the lease still covered. */
  results: readonly Result[];
}

/** Records a round. What the lease no longer covered goes back to the queue at once. */
export async function recordRound(ctx: Ctx, channel: string, round: Round): Promise<void> {
  const { lease, swept, provider, probe, ready, verdicts, results } = round;
  const answered = new Set(results.map((result) => result.dispatch.id));
  const unsent = ready.filter((dispatch) => !answered.has(dispatch.id));
  const settlement: Settlement = {
    channel,
    claim_id: lease.claimId,
    claimed_at: lease.claimedAt,
    verdicts: [
      ...verdicts,
      ...unsent.map((dispatch) => notCovered(ctx, dispatch)),
      ...results.map((result) => recorded(ctx, channel, provider, result, probe)),
    ].map((one) =>
      one.entry === null ? one : { ...one, entry: withClaim(one.entry, lease, swept.has(one.id)) },
    ),
    deliveries: results.flatMap((result) => result.deliveries),
    gone: results.flatMap((result) => result.gone),
  };
  await settleNowOrLater(ctx, settlement, results.flatMap(personalFieldsOf));
}

function notCovered(ctx: Ctx, dispatch: Dispatch): Verdict {
  const now = ctx.clock.now();
  return postponed(ctx, dispatch, now, { entry: postponedBy(now, "lease_over", now) });
}

const personalFieldsOf = ({ dispatch, toAddress, subject }: Result): PersonalFields[] =>
  toAddress === undefined && subject === undefined
    ? []
    : [{ id: dispatch.id, to_address: toAddress ?? null, title: subject ?? null }];

/** While D1 is away the outcomes wait on a queue, so that what a provider has accepted is not forgotten. */
async function settleNowOrLater(
  ctx: Ctx,
  settlement: Settlement,
  personal: readonly PersonalFields[],
): Promise<void> {
  const { channel } = settlement;
  try {
    await settle(ctx, settlement, personal);
  } catch (error) {
    ctx.log.error("settle_failed", error, { channel, verdicts: settlement.verdicts.length });
    for (const part of splitSettlement(settlement))
      if (!(await settleLater(ctx, part)))
        ctx.log.error("outcomes_lost", error, { channel, verdicts: part.verdicts.length });
  }
}

/** A settlement in parts that fit into queue messages. A dispatch and its deliveries stay together. */
export function splitSettlement(settlement: Settlement): Settlement[] {
  const empty: Settlement = { ...settlement, verdicts: [], deliveries: [], gone: [] };
  const byDispatch = Map.groupBy(settlement.deliveries, (delivery) => delivery.dispatch_id);
  const owns = settlement.verdicts.map((verdict) => {
    const deliveries = byDispatch.get(verdict.id) ?? [];
    const devices = new Set(deliveries.map((delivery) => delivery.device_id));
    const gone = settlement.gone.filter((token) => devices.has(token.device_id));
    return { verdict, deliveries, gone };
  });
  // Each takes more bytes here than in its message, because of the names around it.
  return chunksByBytes(owns, BYTES_PER_SETTLEMENT - JSON.stringify({ v: 1, settle: empty }).length).map(
    (part) => ({
      ...empty,
      verdicts: part.map(({ verdict }) => verdict),
      deliveries: part.flatMap(({ deliveries }) => deliveries),
      gone: part.flatMap(({ gone }) => gone),
    }),
  );
}

/** The same jitter for all dispatches of a chunk, so that they come back together. The chunk's id is random enough. */
const randomOf = (chunk: string): number => Number.parseInt(chunk.slice(-8), 16) / 2 ** 32;

/** The verdict for a result, with its entry for the timeline. @param probe as for `verdictOf` */
function recorded(ctx: Ctx, channel: string, provider: string, result: Result, probe: boolean): Verdict {
  const verdict = verdictOf(ctx, channel, provider, result, probe);
  const decided = {
    at: ctx.clock.now(),
    provider: result.provider ?? provider,
    attempts: result.dispatch.attempts + verdict.spent,
    isTrial: probe && verdict.spent === 0,
    until: verdict.status === "queued" ? verdict.due_at : null,
  };
  return { ...verdict, entry: entryOf(result, decided) };
}

/** The wait before the next attempt, by the channel's own schedule if it has one. Null: none is left. */
function waitAfter(
  { channels }: Ctx,
  channel: string,
  attempts: number,
  random: number,
  afterMs = 0,
): number | null {
  const own = channels.get(channel)?.retryWait;
  if (own === undefined) return retryWait(attempts, random, afterMs);
  const wait = own(attempts, random);
  return wait === null ? null : Math.max(wait, afterMs);
}

/** The verdict for an outcome. @param probe whether this was the probe of a failed provider: its failure spends no attempt */
function verdictOf(ctx: Ctx, channel: string, provider: string, result: Result, probe: boolean): Verdict {
  const { dispatch, outcome } = result;
  const now = ctx.clock.now();
  const change = {
    provider: result.provider ?? provider,
    targets: result.targets,
    ...(result.attempted && { sent_at: now, spent: 1 }),
  };
  switch (outcome.kind) {
    case "accepted":
      return verdict(dispatch, { ...change, status: "sent", provider_message_id: outcome.messageId });
    case "deferred":
      return postponed(ctx, dispatch, now + outcome.afterMs, { ...change, spent: 0 });
    case "unwanted":
      return verdict(dispatch, {
        ...change,
        status: "cancelled",
        error_code: outcome.code,
        error: outcome.message,
        ...ended(dispatch, result.attempted),
      });
    case "rejected":
    case "gone":
      return failed(dispatch, outcome.code, outcome.message, {
        ...change,
        sent_at: now,
        ...ended(dispatch, result.attempted),
      });
    case "retry": {
      const error = { error_code: outcome.code, error: outcome.message };
      const spent = probe ? 0 : 1;
      const random = result.chunk === undefined ? ctx.random() : randomOf(result.chunk);
      const wait = waitAfter(ctx, channel, Math.max(1, dispatch.attempts + spent), random, outcome.afterMs);
      // Its fallback follows before it could be tried again.
      const isLast = wait === null || (dispatch.follow_at !== null && dispatch.follow_at <= now + wait);
      return isLast
        ? failed(dispatch, outcome.code, outcome.message, { ...change, ...ended(dispatch, result.attempted) })
        : postponed(ctx, dispatch, now + wait, {
            ...change,
            ...error,
            spent,
            chunk_id: result.chunk ?? null,
          });
    }
  }
}
