import type { Ctx } from "../ctx.ts";
import type { QueueName } from "../db/schema/index.ts";
import type { Budget } from "../rate-limit/limiter.ts";

/** What the outbox and the log must know of a channel. They name none: `ctx.channels` has them all. */
export interface ChannelTraits {
  /** As the rows have it. */
  readonly channel: string;
  /** The queue of what someone waits for; batches and jobs use `bulk` on every channel. */
  readonly queue: QueueName;
  /** The queue on which outcomes travel while D1 is away. */
  readonly settlementQueue: QueueName;
  /** The budget in which a dispatch holds its slot until it is sent; null when it holds none. */
  readonly budget: Budget | null;
  /** Whether a dispatch has a delivery for each device of its user: counts are then made from the deliveries. */
  readonly isPerDevice: boolean;
  /** Whether a dispatch of it may be the fallback of one that failed on another channel. */
  readonly canFollow: boolean;
  /**
   * Not null on a channel where inserting a dispatch that is due delivers it. It then tells the user's open clients that
   * something has come.
   */
  readonly announce: ((ctx: Ctx, userId: string) => Promise<void>) | null;
}

/** A channel by its name. @throws an Error when there is none */
export function channelOf<Traits extends ChannelTraits>(
  { channels }: { readonly channels: ReadonlyMap<string, Traits> },
  name: string,
): Traits {
  const channel = channels.get(name);
  if (channel === undefined) throw new Error(`No channel is called ${name}`);
  return channel;
}

/** The names of the channels on which inserting a dispatch delivers it. */
export const instantChannels = ({ channels }: Pick<Ctx, "channels">): string[] =>
  [...channels.values()].flatMap(({ channel, announce }) => (announce === null ? [] : [channel]));
