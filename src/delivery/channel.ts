import type { SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { Parsed } from "../db/statement.ts";
import type { Channel, Dispatch } from "../db/schema/index.ts";
import type { DeliveryRecord } from "../outbox/settlement.ts";
import type { Budget } from "../rate-limit/limiter.ts";
import type { Load } from "./claim.ts";
import type { Outcome, Pace, ProviderHealth } from "./outcome.ts";
import type { Terms } from "./send-concurrently.ts";

/** What became of one dispatch in a round. */
export interface Result {
  dispatch: Dispatch;
  outcome: Outcome;
  /** Whether the provider saw it; a dispatch refused before any request (no device, switched off) spends no attempt. */
  attempted: boolean;
  /** Devices addressed; 1 for an e-mail. */
  targets: number;
  deliveries: DeliveryRecord[];
  gone: { device_id: number; reason: string }[];
  /** The request that it shared with others, where a repeat must be the same request (idempotency keys). */
  chunk?: string | undefined;
  /** The address that was used, for the log. */
  toAddress?: string;
  /** The subject that was rendered. */
  subject?: string;
}

/** What a round of requests came to. Dispatches without a result were let go of: the lease no longer covered them. */
export interface Round {
  results: Result[];
  /** One report a request, in the order in which they ended. */
  health: ProviderHealth[];
}

/** One of a channel's providers, as the pipeline sees it. */
export interface ProviderEntry {
  name: string;
  pace: Pace;
}

/** How dispatches of one channel are sent. The pipeline knows nothing else about a channel. */
export interface ChannelAdapter<Loaded> {
  channel: Channel;
  /** In order of preference. */
  providers: readonly ProviderEntry[];
  budget: Budget;
  /** What must be read to send: recipients, devices, preferences. */
  load: Load<Loaded>;
  /** What becomes of a dispatch without a provider being asked, such as of one for nobody; null where one is. */
  refusal(dispatch: Dispatch, loaded: Loaded, now: number): Outcome | null;
  /** Sends them all through `provider`. Throws only on a bug. */
  send(
    ctx: Ctx,
    provider: string,
    dispatches: readonly Dispatch[],
    loaded: Loaded,
    terms: Terms,
  ): Promise<Round>;
}

/** Whether dispatches of a channel could be sent: what it loads, and decides upon, when it sends. */
export interface Check {
  channel: Channel;
  /** Reads what decides. @param ids of dispatches, as a subquery in parentheses */
  load(ids: SQL, now: number): Parsed<(dispatch: Dispatch) => Outcome | null>;
}

export const checkOf = <Loaded>({ channel, load, refusal }: ChannelAdapter<Loaded>): Check => ({
  channel,
  load: (ids, now) =>
    Parsed.of(
      { loaded: load(ids, now) },
      ({ loaded }) =>
        (dispatch) =>
          refusal(dispatch, loaded, now),
    ),
});
