import type { Ctx } from "../ctx.ts";
import type { Admission, Gate, Gates } from "./gate/gate.ts";
import type { ProviderEntry, RegisteredChannel } from "./channel.ts";
import type { ProviderHealth } from "./outcome.ts";
import type { AcquireMore } from "./send-concurrently.ts";
import type { Clock } from "../lib/clock.ts";
import type { ProviderGate } from "./gate/durable-object.ts";

/** A gate's permit to send. `releasePermit` must be called for it. */
export interface Permit {
  provider: ProviderEntry;
  admission: Extract<Admission, { admitted: true }>;
  /** Asks for the messages of each request. What was granted at first is used up before the gate is asked again. */
  acquireMore: AcquireMore;
  /** Messages that were granted and not sent. */
  unused(): number;
}

/** What sends: a channel, and the providers that may be asked. */
type Sender = Pick<RegisteredChannel, "channel" | "providers">;

const gateOf = (ctx: Ctx, { channel }: { channel: string }, { name }: ProviderEntry): Gate =>
  ctx.gates(channel, name);

/** What a round of a channel without providers gets: nothing is asked, since each of its receivers has a gate. */
const openPermit = (channel: string): Permit => ({
  provider: { name: channel, pace: { ratePerSecond: Infinity, burst: Infinity } },
  admission: { admitted: true, waitMs: 0, probe: false, reportSuccess: false },
  acquireMore: () => Promise.resolve(0),
  unused: () => 0,
});

/** Asks each provider's gate in order of preference. When all rest: the time at which the first one is back. */
export async function acquirePermit(
  ctx: Ctx,
  adapter: Sender,
  count: number,
): Promise<Permit | { retryAt: number }> {
  if (adapter.providers.length === 0) return openPermit(adapter.channel);
  let retryAt = Number.POSITIVE_INFINITY;
  for (const provider of adapter.providers) {
    const gate = gateOf(ctx, adapter, provider);
    const admission = await gate.acquire(count, provider.pace);
    if (admission.admitted)
      return { provider, admission, ...acquireMoreOf(ctx, gate, provider, count, admission.probe) };
    retryAt = Math.min(retryAt, admission.retryAt);
  }
  return { retryAt };
}

/**
 * For how many seconds messages wait on the queue until a provider is back. Null when that is too long: the sweep then wakes
 * the dispatches, and asks the gate before it does.
 */
export function restFor(ctx: Ctx, retryAt: number): number | null {
  const seconds = Math.ceil((retryAt - ctx.clock.now()) / 1_000);
  return seconds <= ctx.config.sweepAfterMs / 2_000 ? Math.max(1, seconds) : null;
}

/**
 * Until when every provider of a channel rests, epoch ms. Null when one does not, when the channel has none, and when a gate
 * does not answer. It takes no permit.
 */
export async function restsUntil(ctx: Ctx, sender: Sender): Promise<number | null> {
  let first: number | null = null;
  try {
    for (const provider of sender.providers) {
      const { restsUntil: until } = await gateOf(ctx, sender, provider).peek();
      if (until === null) return null;
      first = Math.min(first ?? until, until);
    }
  } catch (error) {
    ctx.log.error("gate_failed", error, { channel: sender.channel });
    return null;
  }
  return first;
}

/**
 * @param granted messages for which the gate has given its permit already
 * @param probe whether the permit is for a probe. Then one request goes, however large. Until it is reported, the gate
 *   refuses every further request, also of this round
 */
function acquireMoreOf(
  ctx: Ctx,
  gate: Gate,
  provider: ProviderEntry,
  granted: number,
  probe: boolean,
): Pick<Permit, "acquireMore" | "unused"> {
  let left = granted;
  let isProbe = probe;
  const acquireMore = async (messages: number) => {
    if (isProbe) {
      isProbe = false;
      left = 0;
      return 0;
    }
    const missing = messages - left;
    left = Math.max(0, -missing);
    if (missing <= 0) return 0;
    try {
      const admission = await gate.acquire(missing, provider.pace);
      if (!admission.admitted) return Math.max(1, admission.retryAt - ctx.clock.now());
      if (admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);
    } catch (error) {
      // What is claimed is sent all the same: if it is too much, the provider says so.
      ctx.log.error("gate_failed", error, { provider: provider.name });
    }
    return 0;
  };
  return { acquireMore, unused: () => left };
}

/**
 * Ends a permit: reports the worst that the round has met (a success only where the gate waits for one; then also beside a
 * pause), and gives back what was not used.
 */
export async function releasePermit(
  ctx: Ctx,
  adapter: Sender,
  { provider, admission, unused }: Permit,
  health: readonly ProviderHealth[],
): Promise<void> {
  const gate = gateOf(ctx, adapter, provider);
  const worst = worstOf(health);
  const isNews = worst !== null && (worst.kind !== "ok" || admission.reportSuccess);
  try {
    const hasWorked = worst?.kind === "throttled" && health.some(({ kind }) => kind === "ok");
    if (hasWorked && admission.reportSuccess) await gate.report({ kind: "ok" });
    if (isNews) await gate.report(worst);
    if (unused() > 0) await gate.giveBack(unused(), provider.pace, admission.probe && worst === null);
  } catch (error) {
    ctx.log.error("gate_failed", error, { provider: provider.name });
  }
}

function worstOf(health: readonly ProviderHealth[]): ProviderHealth | null {
  const pauses = health.flatMap((report) => (report.kind === "throttled" ? [report.afterMs] : []));
  if (pauses.length > 0) return { kind: "throttled", afterMs: Math.max(...pauses) };
  if (health.some((report) => report.kind === "ok")) return { kind: "ok" };
  return health.length > 0 ? { kind: "error" } : null;
}

/** The gates of all providers: one Durable Object each, found by name. The time is `clock`'s. */
export const createGates =
  (namespace: DurableObjectNamespace<ProviderGate>, clock: Clock): Gates =>
  (channel, provider) => {
    // A stub that has thrown may stay broken: each call gets its own.
    const object = () => namespace.getByName(`${channel}:${provider}`);
    return {
      acquire: (count, pace) => object().acquire(clock.now(), count, pace),
      giveBack: (count, pace, probe) => object().giveBack(clock.now(), count, pace, probe),
      report: (health) => object().report(clock.now(), health),
      peek: () => object().peek(clock.now()),
    };
  };
