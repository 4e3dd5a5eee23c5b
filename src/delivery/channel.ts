import type { SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { Parsed } from "../db/statement.ts";
import type { ChannelTraits } from "../outbox/channel.ts";
import type { DeliveryRecord } from "../outbox/settlement.ts";
import type { Budget } from "../rate-limit/limiter.ts";
import type { Load } from "./claim.ts";
import type { Outcome, Pace, ProviderHealth } from "./outcome.ts";
import type { Terms } from "./send-concurrently.ts";

/** What sending one dispatch came to. */
export interface Result {
  dispatch: Dispatch;
  outcome: Outcome;
  /** Whether the provider saw it; a dispatch refused before any request (no device, switched off) spends no attempt. */
  attempted: boolean;
  /** Devices addressed; 1 for an e-mail. */
  targets: number;
  deliveries: DeliveryRecord[];
  gone: { device_id: number; reason: string }[];
  /** The id of the request that it shared with others, where a repeat must be the same request (idempotency keys). */
  chunk?: string | undefined;
  /** The address that was used, for the log. */
  toAddress?: string;
  /** The subject that was rendered. */
  subject?: string;
}

/** What a channel's requests came to. Dispatches without a result were not sent: the lease no longer covered them. */
export interface ChannelReport {
  results: Result[];
  /** One report a request, in the order in which they ended. */
  health: ProviderHealth[];
}

/** One of a channel's providers, as the pipeline sees it. */
export interface ProviderEntry {
  name: string;
  pace: Pace;
}

/** The ids whose message must come again, and after how many seconds. The others are done with. */
export type RetryAfter = Map<string, number>;

/** Decides, from what it reads in `batch`, what becomes of a dispatch without a provider being asked; null where one is. */
export type Check = Parsed<(dispatch: Dispatch) => Outcome | null>;

/** A channel as the pipeline holds it. The pipeline knows nothing else about a channel. */
export interface RegisteredChannel extends ChannelTraits {
  /** In order of preference; none where nobody need be asked. */
  readonly providers: readonly ProviderEntry[];
  /** Sends what is due of these ids; a list of ids for each message. */
  deliver(ctx: Ctx, messages: readonly (readonly string[])[]): Promise<RetryAfter>;
  /** Whether dispatches could be sent now. @param ids as a subquery in parentheses. Null for a channel that refuses none. */
  readonly check: ((ids: SQL, now: number) => Check) | null;
}

/** The channels that there are, by name. */
export type Channels = ReadonlyMap<string, RegisteredChannel>;

/** How dispatches of one channel are sent through providers. */
export interface ChannelAdapter<Loaded> extends ChannelTraits {
  /** In order of preference. */
  readonly providers: readonly ProviderEntry[];
  readonly budget: Budget;
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
  ): Promise<ChannelReport>;
}
