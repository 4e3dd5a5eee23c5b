import type { Ctx } from "../ctx.ts";
import { SECOND } from "../lib/clock.ts";
import type { ProviderEntry } from "./channel.ts";
import type { Outcome, ProviderHealth } from "./outcome.ts";
import { acquirePermit, type Permit, releasePermit } from "./permit.ts";
import { type AcquireMore, paused, type Sent } from "./send-concurrently.ts";

/** A gate that does not answer is asked again after so long. */
const AFTER_GATE_FAULT_MS = 15 * SECOND;

/** What went with a failed probe is tried again after so long: its gate rests for at least this time. */
const AFTER_PROBE_MS = 30 * SECOND;

/**
 * Sends items that the round has no permit for: their own gate is asked for one, and is told how it went. While it is shut,
 * they alone are deferred.
 * @param entry the gate's name within the channel, and its pace: a provider, or a receiver that a customer owns
 */
export async function sendWithPermit<Item>(
  ctx: Ctx,
  channel: string,
  entry: ProviderEntry,
  items: readonly Item[],
  send: (acquireMore: AcquireMore) => Promise<Sent<Item>>,
): Promise<Pick<Sent<Item>, "outcomes" | "took">> {
  const sender = { channel, providers: [entry] };
  // No more than it takes at once: each request asks for what is missing, at its pace.
  const permit = await permitOf(ctx, sender, entry, Math.min(items.length, entry.pace.burst));
  if ("retryAt" in permit) {
    const outcome = paused(Math.max(1, permit.retryAt - ctx.clock.now()));
    return { outcomes: new Map(items.map((item) => [item, outcome])), took: new Map() };
  }
  let health: readonly ProviderHealth[] = [];
  let sent: Sent<Item>;
  try {
    if (permit.admission.waitMs > 0) await ctx.clock.sleep(permit.admission.waitMs);
    sent = await send(permit.acquireMore);
    ({ health } = sent);
  } finally {
    // Whatever happens: a probe that is lost would keep the gate shut.
    await releasePermit(ctx, sender, permit, health);
  }
  const { outcomes, took } = sent;
  return { outcomes: permit.admission.probe ? new Map([...outcomes].map(ofProbe)) : outcomes, took };
}

/** A failure of what was only being tried out spends no attempt. */
const ofProbe = <Item>([item, outcome]: [Item, Outcome]): [Item, Outcome] => [
  item,
  outcome.kind === "retry"
    ? {
        kind: "deferred",
        code: outcome.code,
        message: outcome.message,
        afterMs: outcome.afterMs ?? AFTER_PROBE_MS,
      }
    : outcome,
];

/** If a gate does not answer, only its own items are retried later, so that the other results are not lost. */
async function permitOf(
  ctx: Ctx,
  sender: Parameters<typeof acquirePermit>[1],
  { name }: ProviderEntry,
  count: number,
): Promise<Permit | { retryAt: number }> {
  try {
    return await acquirePermit(ctx, sender, count);
  } catch (error) {
    ctx.log.error("gate_failed", error, { channel: sender.channel, provider: name });
    return { retryAt: ctx.clock.now() + AFTER_GATE_FAULT_MS };
  }
}
