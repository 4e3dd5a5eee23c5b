import type { Ctx } from "../ctx.ts";
import { HOUR, type Clock } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import { inParallel } from "../lib/parallel.ts";
import type { UserRateLimiter } from "./durable-object.ts";
import type { Budget, RateLimitResult, Limiters, Slot } from "./limiter.ts";

type Configured = Pick<Ctx, "config">;

/** Pushes that a user may get within an hour. */
export const pushBudget = ({ config }: Configured): Budget => ({
  name: "push",
  limit: config.push.limitPerHour,
  periodMs: HOUR,
});

/** E-mails that a user may get within an hour. */
export const emailBudget = ({ config }: Configured): Budget => ({
  name: "email",
  limit: config.email.limitPerHour,
  periodMs: HOUR,
});

/** In-app messages that callers may send to a user within an hour. */
export const inAppBudget = ({ config }: Configured): Budget => ({
  name: "in_app",
  limit: config.inApp.limitPerHour,
  periodMs: HOUR,
});

/**
 * The budget in which a dispatch holds a slot until it is sent. Null for in-app messages and tests: their budgets count
 * requests, since each writes a row, so there is no slot to free.
 */
function budgetOf(
  { channels, types }: Pick<Ctx, "channels" | "types">,
  { channel, type }: { channel: string; type: string },
): Budget | null {
  return types.ownBudget.includes(type) ? null : (channels.get(channel)?.budget ?? null);
}

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
      peek: (budget, dispatchId, at) => object().peek(at, budget, dispatchId),
      release: async (budget, dispatchIds) => {
        if (dispatchIds.length > 0) await object().release(budget, dispatchIds);
      },
      usage: (budget) => object().usage(clock.now(), budget),
      erase: () => object().erase(),
    };
  };

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

/** Limiters that are called at the same time. */
const PARALLEL_LIMITERS = 50;

/**
 * Asks the users' limiters for slots, in the order of the dispatches: one call a user, first for the users with the most.
 * @param withinMs after so long no further limiter is asked
 * @returns slots by dispatch; none where the limiter did not answer or was not asked
 */
export async function slotsFor(
  ctx: Ctx,
  budget: Budget,
  wanted: readonly { id: string; user_id: string }[],
  withinMs = Number.POSITIVE_INFINITY,
): Promise<Map<string, Slot>> {
  const end = ctx.clock.now() + withinMs;
  const users = [...Map.groupBy(wanted, ({ user_id }) => user_id)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  const slots = await inParallel(users, PARALLEL_LIMITERS, async ([userId, own]) => {
    if (ctx.clock.now() >= end) return [];
    const ids = own.map(({ id }) => id);
    try {
      return await ctx.limiters(userId).slots(budget, ids);
    } catch (error) {
      ctx.log.error("limiter_failed", error, { dispatches: ids.length });
      return [];
    }
  });
  return new Map(slots.flat().map((slot) => [slot.id, slot]));
}

/** A dispatch that holds a slot and will not be sent in it. */
export interface Unsent {
  id: string;
  user_id: string;
  channel: string;
  type: string;
}

/**
 * Frees the slots of dispatches that ended before any attempt: one call a user. It never throws and may be repeated. A slot
 * that could not be freed is lost to its user, up to the horizon at most.
 */
export async function giveBack(ctx: Ctx, unsent: readonly Unsent[]): Promise<void> {
  const byLimiter = Map.groupBy(unsent, ({ user_id, channel, type }) =>
    JSON.stringify([user_id, budgetOf(ctx, { channel, type })?.name]),
  );
  await inParallel([...byLimiter.values()], PARALLEL_LIMITERS, async (own) => {
    const [first] = own;
    const budget = first && budgetOf(ctx, first);
    if (first === undefined || budget == null) return;
    await release(
      ctx,
      first.user_id,
      budget,
      own.map(({ id }) => id),
    );
  });
}

/** Frees slots of one user. It never throws. */
export async function release(
  ctx: Ctx,
  userId: string,
  budget: Budget,
  dispatchIds: readonly string[],
): Promise<void> {
  try {
    await ctx.limiters(userId).release(budget, dispatchIds);
  } catch (error) {
    ctx.log.error("limiter_failed", error, { dispatches: dispatchIds.length });
  }
}
