import type { Ctx } from "../ctx.ts";
import type { Places } from "../lib/parallel.ts";
import type { Lease } from "./claim.ts";
import type { Outcome, ProviderHealth, SendReport } from "./outcome.ts";

/** Connections of a Worker that may wait for response headers at the same time (Workers limits). */
export const PARALLEL_REQUESTS = 6;

/** A provider may have to split a request. It begins no part later than two time-outs after the first (send-kit/split.ts). */
const TIMEOUTS_OF_A_REQUEST = 3;

/** Waits until so many messages may be sent. @returns 0, or for how long (ms) the provider rests instead */
export type AcquireMore = (messages: number) => Promise<number>;

/** The limits of a round's requests. */
export interface Terms {
  lease: Lease;
  /** The provider that is asked. */
  provider: string;
  acquireMore: AcquireMore;
  /** Each request takes one. The rounds of an invocation share them. */
  connections: Places;
  /** Until when providers have asked for a pause, epoch ms by name. The rounds of an invocation share that, too. */
  pauses: Map<string, number>;
}

/** The outcomes of requests. Items without an outcome were not sent, because the lease no longer covered them. */
export interface Sent<Item> {
  outcomes: Map<Item, Outcome>;
  /** How long each item's request took, in ms. */
  took: Map<Item, number>;
  health: ProviderHealth[];
}

/** The outcome of what was not sent, because the provider rests. */
export const paused = (afterMs: number): Outcome => ({
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
 * Sends requests, a few at a time, at the provider's pace. Nothing is sent that the lease does not cover, nor after the
 * provider has asked for a pause, in this round or in another one of the invocation.
 */
export async function sendConcurrently<Item>(
  ctx: Ctx,
  { lease, provider, acquireMore, connections, pauses }: Terms,
  requests: readonly (readonly Item[])[],
  send: (items: readonly Item[]) => Promise<SendReport>,
): Promise<Sent<Item>> {
  const outcomes = new Map<Item, Outcome>();
  const took = new Map<Item, number>();
  const health: ProviderHealth[] = [];
  // How long the provider rests, in ms; 0 when it does not.
  let restMs = 0;
  const sendRequest = async (items: readonly Item[]) => {
    const begun = ctx.clock.now();
    const report = await sendSafely(ctx, items, send);
    const ms = ctx.clock.now() - begun;
    health.push(report.health);
    if (report.health.kind === "throttled") {
      restMs = Math.max(restMs, report.health.afterMs);
      pauses.set(provider, Math.max(pauses.get(provider) ?? 0, ctx.clock.now() + report.health.afterMs));
    }
    items.forEach((item, i) => {
      outcomes.set(item, report.outcomes[i] ?? FAULT);
      took.set(item, ms);
    });
  };
  const longest = TIMEOUTS_OF_A_REQUEST * ctx.config.providerTimeoutMs;
  const isCovered = () => ctx.clock.now() + longest <= lease.until;
  /** Another round may have been told to pause. Its gate hears of it at once, by this round too if that ends first. */
  const heedOthers = () => {
    const leftMs = (pauses.get(provider) ?? 0) - ctx.clock.now();
    if (restMs > 0 || leftMs <= 0) return;
    restMs = leftMs;
    health.push({ kind: "throttled", afterMs: leftMs });
  };

  const underWay: Promise<void>[] = [];
  for (const items of requests) {
    await connections.take();
    heedOthers();
    const waitMs = restMs === 0 && isCovered() ? await acquireMore(items.length) : 0;
    // Meanwhile a request may have been answered by a pause.
    heedOthers();
    restMs = Math.max(restMs, waitMs);
    if (restMs === 0 && isCovered()) underWay.push(sendRequest(items).finally(() => connections.give()));
    else {
      if (restMs > 0) for (const item of items) outcomes.set(item, paused(restMs));
      connections.give();
    }
  }
  await Promise.all(underWay);
  return { outcomes, took, health };
}

/** What `send` says, or the outcome of a fault when it throws. */
export async function sendSafely<Item>(
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
