import type { Ctx } from "../ctx.ts";
import type { Dispatch, WordingHead } from "../db/schema/index.ts";
import type { Parsed } from "../db/statement.ts";
import type { ChannelTraits } from "../outbox/channel.ts";
import type { Messages } from "../outbox/messages.ts";
import type { DeliveryRecord } from "../outbox/settlement.ts";
import type { Budget } from "../rate-limit/limiter.ts";
import type { ClaimedDispatch, Load } from "./claim.ts";
import type { Outcome, Pace, ProviderHealth } from "./outcome.ts";
import type { Ruling } from "./ruling.ts";
import type { Terms } from "./send-concurrently.ts";

/** The result of sending one dispatch. */
export interface Result {
  dispatch: Dispatch;
  outcome: Outcome;
  /** Whether the provider saw it; a dispatch refused before any request (no device, switched off) spends no attempt. */
  attempted: boolean;
  /** How long the provider took to answer, in ms; the longest of several requests. Left out: it was not asked. */
  ms?: number | undefined;
  /** The status of the answer, where the receiver is a customer's own and wants to know. */
  http?: number | undefined;
  /** Devices addressed; 1 for an e-mail. */
  targets: number;
  deliveries: DeliveryRecord[];
  gone: { device_id: number; reason: string }[];
  /** The id of the request that it shared with others, where a repeat must be the same request (idempotency keys). */
  chunk?: string | undefined;
  /** Who sent it. Left out: the provider that the round has its permit for. */
  provider?: string | undefined;
  /** The address that was used, for the log. */
  toAddress?: string;
  /** The subject that was rendered. */
  subject?: string;
}

/** The results of a round. A dispatch without a result was not sent, because the lease no longer covered it. */
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

/** The ids to retry, with the delay in seconds. All other ids are handled. */
export type RetryAfter = Map<string, number>;

/** Why a dispatch whose time has come is sent later. `code` is for programs, `message` for people. */
export interface Wait {
  /** When it is looked at again, epoch ms. */
  until: number;
  code: string;
  message: string;
  /** Epoch ms after which the message is worth nothing. Left out: as its `expires_at` says. */
  worthUntil?: number | undefined;
}

/** Reads, within a batch, why dispatches would be refused. Gives a function: the outcome, or null if a provider is asked. */
export type Check = Parsed<(dispatch: Dispatch) => Outcome | null>;

/** A message as it would be sent: its fields by name. Null: nothing is sent, and a ruling says why. */
export interface Preview {
  /** What the rules about the words and their rendering say. */
  rulings: Ruling[];
  rendering: Readonly<Record<string, unknown>> | null;
}

/** What a channel has read to explain messages. It decides as sending does, and takes nothing. */
export interface Explained {
  /** The rules by which it ends before anything else is asked. */
  endings(dispatch: ClaimedDispatch): Ruling[];
  /** All others but those about the words, in order. */
  rules(dispatch: Dispatch): Ruling[];
  /** The published words that it has, so that those of several channels are read together; null for none. */
  words(ctx: Ctx, dispatch: Dispatch): WordingHead | null;
  /** One round trip where the isolate does not have its words, else none. */
  preview(ctx: Ctx, dispatch: Dispatch): Promise<Preview>;
}

/** A channel as the pipeline holds it. The pipeline knows nothing else about a channel. */
export interface RegisteredChannel extends ChannelTraits {
  /** In order of preference; empty for a channel without providers. */
  readonly providers: readonly ProviderEntry[];
  /** Sends what is due of these ids; a list of ids for each message. @param end epoch ms after which no round begins */
  deliver(ctx: Ctx, messages: readonly (readonly string[])[], end: number): Promise<RetryAfter>;
  /** Whether dispatches could be sent now. Null for a channel that refuses none. */
  readonly check: ((messages: Messages, now: number) => Check) | null;
  /** Reads, within a batch, upon what it depends what becomes of messages. @param now epoch ms */
  explain(messages: Messages, now: number): Parsed<Explained>;
}

/** The channels that there are, by name. */
export type Channels = ReadonlyMap<string, RegisteredChannel>;

/** How dispatches of one channel are sent through providers. */
export interface ChannelAdapter<Loaded> extends ChannelTraits {
  /** In order of preference. Empty: each receiver has a gate of its own (`send-to-receivers.ts`), and a round has none. */
  readonly providers: readonly ProviderEntry[];
  readonly budget: Budget;
  /** What must be read to send: recipients, devices, preferences. */
  load: Load<Loaded>;
  /** The outcome of a dispatch that is refused without asking a provider (for example: no device); null if it can be sent. */
  refusal(dispatch: Dispatch, loaded: Loaded, now: number): Outcome | null;
  /** Why a dispatch must wait although it is due (quiet hours); null when it is sent or refused now. It takes no slot. */
  waitFor(dispatch: Dispatch, loaded: Loaded, now: number): Wait | null;
  /** What the channel's own rules say, in order: `refusal` and `waitFor` follow from them. */
  rules(dispatch: Dispatch, loaded: Loaded, now: number): Ruling[];
  /** The published words of a message; null for none. */
  words(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): WordingHead | null;
  /** The message as `send` makes it. One round trip where the isolate does not have its words, else none. */
  preview(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): Promise<Preview>;
  /** Sends them all through `provider`. Throws only on a bug. */
  send(
    ctx: Ctx,
    provider: string,
    dispatches: readonly Dispatch[],
    loaded: Loaded,
    terms: Terms,
  ): Promise<ChannelReport>;
}
