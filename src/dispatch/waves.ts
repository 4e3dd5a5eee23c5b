import type { Ctx } from "../ctx.ts";
import { chunks } from "../lib/chunks.ts";
import type { Lease } from "./claim.ts";
import type { Outcome, ProviderHealth, SendReport } from "./outcome.ts";

/** Connections of a Worker that may wait for response headers at the same time (Workers limits). */
const PARALLEL_REQUESTS = 6;

/** What requests came to: items without an outcome were let go of, because the lease no longer covered them. */
export interface Fired<Item> {
  outcomes: Map<Item, Outcome>;
  health: ProviderHealth[];
}

const PAUSED = "The provider asked for a pause";

/**
 * Sends requests, a few in parallel. Before each wave it is asked whether the lease still covers a whole request; after
 * a provider has asked for a pause nothing more is sent.
 */
export async function fire<Item>(
  ctx: Ctx,
  lease: Lease,
  requests: readonly (readonly Item[])[],
  send: (items: readonly Item[]) => Promise<SendReport>,
): Promise<Fired<Item>> {
  const outcomes = new Map<Item, Outcome>();
  const health: ProviderHealth[] = [];
  for (const wave of chunks(requests, PARALLEL_REQUESTS)) {
    if (ctx.clock.now() + ctx.config.providerTimeoutMs > lease.until) break;
    const pause = health.find((report) => report.kind === "throttled");
    if (pause !== undefined) {
      const rest: Outcome = { kind: "deferred", code: "throttled", message: PAUSED, afterMs: pause.afterMs };
      for (const item of wave.flat()) outcomes.set(item, rest);
      continue;
    }
    const reports = await Promise.all(wave.map(send));
    reports.forEach((report, i) => {
      health.push(report.health);
      wave[i]?.forEach((item, j) => {
        const outcome = report.outcomes[j];
        if (outcome !== undefined) outcomes.set(item, outcome);
      });
    });
  }
  return { outcomes, health };
}
