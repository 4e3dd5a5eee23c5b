import type { Held, Limiters, OfUser } from "../../src/rate-limit/limiter.ts";

/** Told what a shard is asked for, before it is. Where it throws, the shard is away. */
interface Seen {
  slots?(wanted: readonly OfUser[]): void | Promise<void>;
  release?(held: readonly Held[]): void | Promise<void>;
}

/** The same limiters, whose shards are watched. */
export const watchedLimiters = (limiters: Limiters, seen: Seen): Limiters => ({
  ...limiters,
  shardsOf: (rows) =>
    limiters.shardsOf(rows).map(([shard, own]) => [
      {
        slots: async (budget, wanted) => {
          await seen.slots?.(wanted);
          return shard.slots(budget, wanted);
        },
        release: async (held) => {
          await seen.release?.(held);
          await shard.release(held);
        },
      },
      own,
    ]),
});
