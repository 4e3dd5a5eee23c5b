import type { Ctx } from "../ctx.ts";
import { Failure } from "../lib/failure.ts";
import { release } from "./give-back.ts";
import type { Budget, RateLimitResult } from "./limiter.ts";

/**
 * Something that a request takes before it writes: `await using slot = await reserveSlot(…)`. It goes back at the end of the
 * block unless the request keeps it: when the write throws, and when an earlier request had come first.
 */
export class Reserved implements AsyncDisposable {
  #isKept = false;

  /** @param giveBack must not throw */
  constructor(private readonly giveBack: () => void | Promise<void>) {}

  /** The request has written what it was taken for. */
  keep(): void {
    this.#isKept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isKept) await this.giveBack();
  }
}

/** A slot in a user's budget, with the limiter's answer. */
export class ReservedSlot extends Reserved {
  constructor(
    readonly result: RateLimitResult,
    giveBack: () => Promise<void>,
  ) {
    super(giveBack);
  }
}

/**
 * Takes a slot for a dispatch that an API call is about to make. One call to the user's limiter.
 * @returns null where no dispatch is given
 * @throws 429 when there is no slot now
 */
export async function reserveSlot(
  ctx: Ctx,
  budget: Budget,
  dispatch: { id: string; user_id: string } | undefined,
): Promise<ReservedSlot | null> {
  if (dispatch === undefined) return null;
  const { id, user_id } = dispatch;
  const result = await ctx.limiters(user_id).reserve(budget, id);
  if (!result.allowed)
    throw new Failure("rate_limited", `The budget of ${budget.limit} (${budget.name}) is used up for now.`, {
      headers: limitHeaders(budget, result),
    });
  return new ReservedSlot(result, () => release(ctx, user_id, budget, [id]));
}

const seconds = (ms: number) => Math.max(0, Math.ceil(ms / 1_000));

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11), and Retry-After when refused. */
export function limitHeaders(budget: Budget, result: RateLimitResult): Record<string, string> {
  const left = result.allowed ? result.remaining : 0;
  return {
    "ratelimit-policy": `"${budget.name}";q=${budget.limit};w=${seconds(budget.periodMs)}`,
    ratelimit: `"${budget.name}";r=${left};t=${seconds(result.resetMs)}`,
    ...(!result.allowed && { "retry-after": String(Math.max(1, seconds(result.retryAfterMs))) }),
  };
}
