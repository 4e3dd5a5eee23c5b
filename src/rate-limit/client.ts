import type { Clock } from "../lib/clock.ts";
import type { UserRateLimiter } from "./durable-object.ts";
import type { Limiters } from "./limiter.ts";

/** The limiters of all users: one Durable Object each, found by the user's id. The time is `clock`'s. */
export const createLimiters =
  (namespace: DurableObjectNamespace<UserRateLimiter>, clock: Clock): Limiters =>
  (userId) => {
    // A stub may stay broken after an error, so each call gets a new one.
    const object = () => namespace.getByName(userId);
    return {
      reserve: (budget, dispatchId) => object().reserve(clock.now(), budget, dispatchId),
      slots: async (budget, dispatchIds) =>
        dispatchIds.length === 0 ? [] : object().slots(clock.now(), budget, dispatchIds),
      release: async (budget, dispatchIds) => {
        if (dispatchIds.length > 0) await object().release(budget, dispatchIds);
      },
      usage: (budget) => object().usage(clock.now(), budget),
      erase: () => object().erase(),
    };
  };
