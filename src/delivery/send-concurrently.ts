import type { Ctx } from "../ctx.ts";
import { chunks } from "../lib/chunks.ts";
import type { Lease } from "./claim.ts";
import type { Outcome, ProviderHealth, SendReport } from "./outcome.ts";

/** Connections of a Worker that may wait for response headers at the same time (Workers limits). */
const PARALLEL_REQUESTS = 6;

/** A provider may have to split a request up: it begins no part later than two time-outs after the first. */
const TIMEOUTS_OF_A_REQUEST = 3;

/** Waits until so many messages may go. @returns 0, or for how long (ms) the provider rests instead */
export type AcquireMore = (messages: number) => Promise<number>;

/** What a round's requests must keep to. */
export interface Terms {
  lease: Lease;
  acquireMore: AcquireMore;
}

/** What requests came to: items without an outcome were let go of, because the lease no longer covered them. */
export interface Sent<Item> {
  outcomes: Map<Item, Outcome>;
  health: ProviderHealth[];
}

const paused = (afterMs: number): Outcome => ({
  kind: "deferred",
  code: "throttled",
  message: "The provider asked for a pause",
  afterMs,
});

/** A bug in a provider may cost its own messages an attempt, but not the outcomes of the others in the round. */
const FAULT: Outcome = {
  kind: "retry",
  code: "provider_fault",
  message: "The provider's answer could not be handled",
};

/**
 * Sends requests, a few in parallel, at the provider's pace. Before each it is asked whether the lease still covers it;
 * after a provider has asked for a pause nothing more is sent.
 */
export async function sendConcurrently<Item>(
  ctx: Ctx,
  { lease, acquireMore }: Terms,
  requests: readonly (readonly Item[])[],
  send: (items: readonly Item[]) => Promise<SendReport>,
): Promise<Sent<Item>> {
  const outcomes = new Map<Item, Outcome>();
  const health: ProviderHealth[] = [];
  const shoot = async (items: readonly Item[]) => {
    const report = await sendSafely(ctx, items, send);
    health.push(report.health);
    items.forEach((item, i) => outcomes.set(item, report.outcomes[i] ?? FAULT));
  };
  const longest = longestRequest(ctx);
  const isCovered = () => ctx.clock.now() + longest <= lease.until;

  let restMs = 0;
  for (const wave of chunks(requests, PARALLEL_REQUESTS)) {
    const underWay: Promise<void>[] = [];
    for (const items of wave) {
      if (restMs === 0 && isCovered()) restMs = await acquireMore(items.length);
      if (restMs > 0) for (const item of items) outcomes.set(item, paused(restMs));
      else if (isCovered()) underWay.push(shoot(items));
    }
    await Promise.all(underWay);
    for (const report of health) if (report.kind === "throttled") restMs = Math.max(restMs, report.afterMs);
  }
  return { outcomes, health };
}

/** Never more than half a lease, so that whoever has just claimed may send. */
const longestRequest = ({ config }: Ctx): number =>
  Math.min(TIMEOUTS_OF_A_REQUEST * config.providerTimeoutMs, config.leaseMs / 2);

async function sendSafely<Item>(
  ctx: Ctx,
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<SendReport>,
): Promise<SendReport> {
  try {
    return await send(items);
  } catch (error) {
    ctx.log.error("provider_threw", error, { messages: items.length });
    return { outcomes: items.map(() => FAULT), health: { kind: "error" } };
  }
}
