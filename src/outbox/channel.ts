import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { QueueName } from "../db/schema/index.ts";
import type { Budget } from "../rate-limit/limiter.ts";

/** What the outbox and the log must know of a channel. They name none: `ctx.channels` has them all. */
export interface ChannelTraits {
  /** The name, as in the column `channel`. */
  readonly channel: string;
  /** The queue for messages that a caller waits for, and for outcomes while D1 is away. */
  readonly queue: QueueName;
  /** The queue for messages of events, batches and jobs: `bulk`, unless the channel's receivers must not hold up others. */
  readonly bulkQueue: QueueName;
  /** The budget in which a dispatch holds its slot until it is sent; null when it holds none. */
  readonly budget: Budget | null;
  /** Whether a dispatch has a delivery for each device of its user: counts are then made from the deliveries. */
  readonly isPerDevice: boolean;
  /** Whether a dispatch of it may be the fallback of one that failed on another channel. */
  readonly canFollow: boolean;
  /**
   * Not null if inserting a due dispatch already delivers it (in-app). It then notifies the user's open clients. Null: a
   * consumer sends the dispatch.
   */
  readonly announce: ((ctx: Ctx, userId: string) => Promise<void>) | null;
  /**
   * Whether its dispatches are no messages to people, but are queued by triggers to tell programs of such (webhooks). No list,
   * search or count of messages has them. Left out: false.
   */
  readonly isTriggered?: true;
  /**
   * The wait before the next attempt, in ms; null: none is left. Left out: as `timing.ts` says.
   * @param attempts outcomes so far, this one included @param random uniform in [0, 1)
   */
  readonly retryWait?: (attempts: number, random: number) => number | null;
}

/**
 * The condition that a dispatch is a message to a person. What is triggered has in `user_id` a text with a slash, which no
 * user's id may have.
 */
export const IS_TO_PERSON: SQL = sql`instr(user_id, '/') = 0`;

/**
 * The condition that a dispatch tells a program of this user: for the index that has these alone.
 * @param id of the user
 */
export const tellsOf = (id: string): SQL => sql`instr(user_id, '/') > 0 AND (payload->>'user_id') = ${id}`;

/** The names of the channels that have messages to people. */
export const listedChannels = ({
  channels,
}: {
  readonly channels: ReadonlyMap<string, ChannelTraits>;
}): string[] => [...channels.values()].flatMap(({ channel, isTriggered }) => (isTriggered ? [] : [channel]));

/** A channel by its name. @throws an Error when there is none */
export function channelOf<Traits extends ChannelTraits>(
  { channels }: { readonly channels: ReadonlyMap<string, Traits> },
  name: string,
): Traits {
  const channel = channels.get(name);
  if (channel === undefined) throw new Error(`No channel is called ${name}`);
  return channel;
}
