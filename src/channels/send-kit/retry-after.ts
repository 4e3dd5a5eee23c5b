import { HOUR, SECOND } from "../../lib/clock.ts";

const MAX_WAIT_MS = 24 * HOUR;

/** A wait of at least 1 second and at most `maxMs`: no mistake of a provider may make us ask in a loop, or stop for ever. */
const clampWait = (ms: number, maxMs: number = MAX_WAIT_MS): number => Math.min(Math.max(ms, SECOND), maxMs);

/**
 * How long the answer asks us to wait, in milliseconds: Retry-After in seconds or as a date (RFC 9110, §10.2.3), or the
 * `ratelimit-reset` seconds of draft-ietf-httpapi-ratelimit-headers-06. Undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, now: number, maxMs?: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? headers.get("ratelimit-reset")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return clampWait(Number(value) * SECOND, maxMs);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : clampWait(date - now, maxMs);
}
