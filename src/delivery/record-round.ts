import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { Settlement, Verdict } from "../outbox/settlement.ts";
import type { Result } from "./channel.ts";
import type { Lease } from "./claim.ts";
import { type PersonalFields, settle } from "./settle.ts";
import { postponed, verdictOf } from "./verdict.ts";
import { settleLater } from "../outbox/wake.ts";

/** Deliveries in one message of outcomes, to stay well under the queue's 128 KB. */
const DELIVERIES_PER_SETTLEMENT = 200;

/** Dispatches that were claimed and sent together, and what came of it. */
export interface Round {
  lease: Lease;
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
  const { lease, provider, probe, ready, verdicts, results } = round;
  const answered = new Set(results.map((result) => result.dispatch.id));
  const unsent = ready.filter((dispatch) => !answered.has(dispatch.id));
  const settlement: Settlement = {
    channel,
    claim_id: lease.claimId,
    claimed_at: lease.claimedAt,
    verdicts: [
      ...verdicts,
      ...unsent.map((dispatch) => postponed(ctx, dispatch, ctx.clock.now())),
      ...results.map((result) => verdictOf(ctx, provider, result, probe)),
    ],
    deliveries: results.flatMap((result) => result.deliveries),
    gone: results.flatMap((result) => result.gone),
  };
  await settleNowOrLater(ctx, settlement, results.flatMap(personalFieldsOf));
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
  const byDispatch = Map.groupBy(settlement.deliveries, (delivery) => delivery.dispatch_id);
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
