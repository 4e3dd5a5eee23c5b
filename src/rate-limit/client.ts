import type { Clock } from "../lib/clock.ts";
import type { UserRateLimiter } from "./durable-object.ts";
import type { LimiterShard, Limiters, UserLimiter } from "./limiter.ts";
import { shardOf } from "./shard.ts";

/** The limiters of all users, in the Durable Objects of their shards. The time is `clock`'s. */
export function createLimiters(namespace: DurableObjectNamespace<UserRateLimiter>, clock: Clock): Limiters {
  // A stub may stay broken after an error, so each call gets a new one.
  const object = (shard: string) => namespace.getByName(shard);
  return {
    of: (user): UserLimiter => {
      const own = () => object(shardOf(user));
      return {
        reserve: (budget, id) => own().reserve(clock.now(), budget, user, id),
        slots: async (budget, ids) =>
          ids.length === 0 ? [] : own().slots(clock.now(), budget, [{ user, ids }]),
        peek: (budget, id, at) => own().peek(at, budget, user, id),
        release: async (budget, ids) => {
          if (ids.length > 0) await own().release([{ user, budget: budget.name, ids }]);
        },
        usage: (budget) => own().usage(clock.now(), budget, user),
        erase: () => own().erase(user),
      };
    },
    shardsOf: (rows) =>
      [...Map.groupBy(rows, ({ user_id }) => shardOf(user_id))].map(([name, own]) => {
        const shard: LimiterShard = {
          slots: (budget, wanted) => object(name).slots(clock.now(), budget, wanted),
          release: (unsent) => object(name).release(unsent),
        };
        return [shard, own];
      }),
  };
}
