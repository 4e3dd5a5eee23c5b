import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { RegisteredChannel } from "../delivery/channel.ts";
import { isOverBy, timesOf } from "../delivery/sort-out.ts";
import { EXPIRED } from "../delivery/verdicts.ts";
import { isCounted, unitsOf } from "../rate-limit/quota/quota.ts";
import type { Budget, Slot } from "../rate-limit/limiter.ts";
import type { Rule } from "./rule.ts";

/** What the limits say, and the slot that the message has or would get, epoch ms; null on a channel without slots. */
export interface Limits {
  rules: readonly Rule[];
  slotAt: number | null;
}

/**
 * What the limits say of a message: the organization's quota; on a channel with providers the user's budget, and for staff
 * whether a provider works. They are asked, and nothing is taken: one call each.
 * @param about `isMade`: whether it is a dispatch that is there
 */
export async function limitsOf(
  ctx: Ctx,
  channel: RegisteredChannel,
  dispatch: Dispatch,
  { isStaff, isMade }: { isStaff: boolean; isMade: boolean },
): Promise<Limits> {
  const askQuota = () => answered(ctx, "quota", () => quotaOf(ctx, channel, dispatch, isMade));
  if (channel.providers.length === 0) return { rules: [await askQuota()], slotAt: null };
  let slotAt = dispatch.slot_at ?? ctx.clock.now();
  const [quota, slot, provider] = await Promise.all([
    askQuota(),
    answered(ctx, "slot", async () => {
      const found = await slotFor(ctx, channel, dispatch);
      if (found === null) return { rule: "slot", verdict: "pass" };
      slotAt = found.slot.at ?? slotAt;
      return slotRule(ctx, dispatch, found);
    }),
    isStaff ? answered(ctx, "provider", () => providerOf(ctx, channel)) : null,
  ]);
  // What is over the quota does not ask for a slot.
  const own = quota.verdict === "wait" || quota.verdict === "reject" ? [quota] : [quota, slot];
  return { rules: provider === null ? own : [...own, provider], slotAt };
}

const OVER_QUOTA = { code: "org_quota", message: "The organization's quota for today is used up" } as const;

/** Something that does not answer holds nothing up for long: sending asks again. */
async function answered(ctx: Ctx, rule: string, ask: () => Promise<Rule>): Promise<Rule> {
  try {
    return await ask();
  } catch (error) {
    ctx.log.error("explain_unknown", error, { rule });
    return { rule, verdict: "unknown", code: "no_answer", message: "It does not answer at the moment" };
  }
}

/** The rule of what waits until then, or has expired by then. */
function waiting(
  rule: string,
  dispatch: Dispatch,
  sendAt: number,
  wait: { until: number; code: string; message: string },
): Rule {
  const isOver = isOverBy(dispatch, { until: sendAt });
  return isOver ? { rule, verdict: "reject", ...EXPIRED } : { rule, verdict: "wait", ...wait };
}

/**
 * What was counted when it was made passes: all in-app messages, and those that callers ask for. Until then a request for
 * these is refused, and what the service or an event makes waits.
 */
async function quotaOf(
  ctx: Ctx,
  { announce }: RegisteredChannel,
  dispatch: Dispatch,
  isMade: boolean,
): Promise<Rule> {
  const rule = "quota";
  const isCountedBefore = announce !== null || isCounted(ctx, dispatch);
  if (isMade && isCountedBefore) return { rule, verdict: "pass" };
  const now = ctx.clock.now();
  const refused = await ctx.quotas.peek(dispatch.org_id, unitsOf(dispatch), now);
  if (refused === null) return { rule, verdict: "pass" };
  if (ctx.types.chargedOnRequest.includes(dispatch.type)) return { rule, verdict: "reject", ...OVER_QUOTA };
  const until = now + refused.retryAfterMs;
  return waiting(rule, dispatch, until, { until, ...OVER_QUOTA });
}

/** Looks at the user's budget; null for what takes no slot in it. */
async function slotFor(
  ctx: Ctx,
  { budget }: RegisteredChannel,
  { id, type, user_id, slot_at: at }: Dispatch,
): Promise<{ slot: Slot; budget: Budget } | null> {
  if (budget === null || ctx.types.ownBudget.includes(type)) return null;
  const slot = at === null ? await ctx.limiters.of(user_id).peek(budget, id, ctx.clock.now()) : { id, at };
  return { slot, budget };
}

function slotRule(ctx: Ctx, dispatch: Dispatch, { slot, budget }: { slot: Slot; budget: Budget }): Rule {
  const rule = "slot";
  const { sendAt, dueAt } = timesOf(slot);
  const details = { limit: budget.limit, period_seconds: budget.periodMs / 1_000 };
  if (sendAt <= ctx.clock.now()) return { rule, verdict: "pass", details };
  const message = "The user has had as many messages as they may get for now";
  return { ...waiting(rule, dispatch, sendAt, { until: dueAt, code: "user_budget", message }), details };
}

async function providerOf(ctx: Ctx, { channel, providers }: RegisteredChannel): Promise<Rule> {
  const rule = "provider";
  const now = ctx.clock.now();
  const states = await Promise.all(
    providers.map(async ({ name }) => ({ name, ...(await ctx.gates(channel, name).peek()) })),
  );
  const details = {
    providers: states.map(({ name, circuit, restsUntil }) => ({
      name,
      circuit,
      ...(restsUntil !== null && { rests_until: new Date(restsUntil).toISOString() }),
    })),
  };
  const until = Math.min(...states.map(({ restsUntil }) => restsUntil ?? 0));
  return until <= now
    ? { rule, verdict: "pass", details }
    : { rule, verdict: "wait", until, code: "provider_rests", message: "Each provider rests", details };
}
