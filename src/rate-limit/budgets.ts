import type { Ctx } from "../ctx.ts";
import { HOUR } from "../lib/clock.ts";
import type { Budget } from "./limiter.ts";

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
export function budgetOf(
  { channels, types }: Pick<Ctx, "channels" | "types">,
  { channel, type }: { channel: string; type: string },
): Budget | null {
  return types.ownBudget.includes(type) ? null : (channels.get(channel)?.budget ?? null);
}
