import { Failure } from "../lib/failure.ts";
import type { Budget, Reservation, UserLimiter } from "./limiter.ts";

const seconds = (ms: number) => Math.max(0, Math.ceil(ms / 1_000));

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11), and Retry-After when refused. */
export function limitHeaders(budget: Budget, reservation: Reservation): Record<string, string> {
  const left = reservation.allowed ? reservation.remaining : 0;
  return {
    "ratelimit-policy": `"${budget.name}";q=${budget.limit};w=${seconds(budget.periodMs)}`,
    ratelimit: `"${budget.name}";r=${left};t=${seconds(reservation.resetMs)}`,
    ...(!reservation.allowed && {
      "retry-after": String(Math.max(1, seconds(reservation.retryAfterMs))),
    }),
  };
}

/** Takes a slot for a single send by API. @throws 429 when there is none now */
export async function reserveOrRefuse(
  limiter: UserLimiter,
  budget: Budget,
  dispatchId: string,
): Promise<Extract<Reservation, { allowed: true }>> {
  const reservation = await limiter.reserve(budget, dispatchId);
  if (reservation.allowed) return reservation;
  throw new Failure("rate_limited", `The budget of ${budget.limit} (${budget.name}) is used up for now.`, {
    headers: limitHeaders(budget, reservation),
  });
}
