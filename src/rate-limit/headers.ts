import type { Budget, Reservation } from "./limiter.ts";

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
