import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Clock, HOUR } from "../../src/lib/clock.ts";
import { createLimiters } from "../../src/rate-limit/client.ts";
import { shardOf } from "../../src/rate-limit/shard.ts";
import type { Budget, UserLimiter } from "../../src/rate-limit/limiter.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time by `ms`, back if negative. */
  move(ms: number): void;
}

/** Starts at `now`; nothing ever sleeps on it. */
export function manualClock(now = Date.UTC(2030, 0, 1)): ManualClock {
  return {
    now: () => now,
    sleep: () => Promise.reject(new Error("nothing here should sleep")),
    move: (ms) => {
      now += ms;
    },
  };
}

/** An hourly budget; one slot a minute after the burst, unless told otherwise. */
export const hourly = (limit = 60, name = "push"): Budget => ({ name, limit, periodMs: HOUR });

/** `count` ids that no other test has. */
export const newIds = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());

/** The object in which a user is counted. */
export const objectOf = (userId: string) => env.USER_RATE_LIMITER.getByName(shardOf(userId));

/** A user whom no other test knows, with a clock of their own. */
export function newUser() {
  const clock = manualClock();
  const userId = `user-${crypto.randomUUID()}`;
  const limiter = createLimiters(env.USER_RATE_LIMITER, clock).of(userId);
  const evict = () => evictDurableObject(objectOf(userId));
  return { clock, userId, limiter, evict };
}

/** Reserves for each id in turn and tells which were allowed. */
export async function reserveAll(
  limiter: UserLimiter,
  budget: Budget,
  ids: readonly string[],
): Promise<boolean[]> {
  const allowed: boolean[] = [];
  for (const id of ids) allowed.push((await limiter.reserve(budget, id)).allowed);
  return allowed;
}
