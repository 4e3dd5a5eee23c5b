import type { Ctx } from "../ctx.ts";
import { HOUR } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import type { Budget, RateLimitResult, Slot } from "./limiter.ts";

type Configured = Pick<Ctx, "config">;

/** An organization (`""`: the service) in place of a user, for a budget that all of its admins share. No user's id has a slash. */
export const asUser = (orgId: string): string => `org/${orgId}`;

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

/** Text messages that a user may get within an hour. */
export const smsBudget = ({ config }: Configured): Budget => ({
  name: "sms",
  limit: config.sms.limitPerHour,
  periodMs: HOUR,
});

/** Chat messages that a user, or an organization's connection, may get within an hour. */
export const chatBudget = ({ config }: Configured): Budget => ({
  name: "chat",
  limit: config.chat.limitPerHour,
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
  const result = await ctx.limiters.of(user_id).reserve(budget, id);
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

/**
 * Asks the users' limiters for slots, in the order of the dispatches: one call a shard.
 * @returns slots by dispatch; none where the limiter did not answer
 */
export async function slotsFor(
  ctx: Ctx,
  budget: Budget,
  wanted: readonly { id: string; user_id: string }[],
): Promise<Map<string, Slot>> {
  const slots = await Promise.all(
    ctx.limiters.shardsOf(wanted).map(async ([shard, own]) => {
      try {
        return await shard.slots(budget, byUser(own));
      } catch (error) {
        ctx.log.error("limiter_failed", error, { dispatches: own.length });
        return [];
      }
    }),
  );
  return new Map(slots.flat().map((slot) => [slot.id, slot]));
}

/** The ids of dispatches by their users. */
const byUser = (rows: readonly { id: string; user_id: string }[]) =>
  [...Map.groupBy(rows, ({ user_id }) => user_id)].map(([user, own]) => ({
    user,
    ids: own.map(({ id }) => id),
  }));

/** A dispatch that holds a slot and will not be sent in it. */
export interface Unsent {
  id: string;
  user_id: string;
  channel: string;
  type: string;
}

/**
 * Frees the slots of dispatches that ended before any attempt: one call a shard. It never throws and may be repeated. A slot
 * that could not be freed is lost to its user, up to the horizon at most.
 */
export async function giveBack(ctx: Ctx, unsent: readonly Unsent[]): Promise<void> {
  const holding = unsent.flatMap((one) => {
    const budget = budgetOf(ctx, one)?.name;
    return budget === undefined ? [] : [{ ...one, budget }];
  });
  await Promise.all(
    ctx.limiters.shardsOf(holding).map(([shard, own]) => {
      const byBudget = [...Map.groupBy(own, ({ budget }) => budget)];
      const held = byBudget.flatMap(([budget, rows]) => byUser(rows).map((user) => ({ ...user, budget })));
      return safely(ctx, own.length, () => shard.release(held));
    }),
  );
}

/** Frees slots of one user. It never throws. */
export const release = (
  ctx: Ctx,
  userId: string,
  budget: Budget,
  dispatchIds: readonly string[],
): Promise<void> =>
  safely(ctx, dispatchIds.length, () => ctx.limiters.of(userId).release(budget, dispatchIds));

async function safely(ctx: Ctx, dispatches: number, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    ctx.log.error("limiter_failed", error, { dispatches });
  }
}
