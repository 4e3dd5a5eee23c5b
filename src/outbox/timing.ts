import type { Dispatch } from "../db/schema/index.ts";
import { HOUR, MINUTE, SECOND } from "../lib/clock.ts";

/** After a fault of D1 or of a Durable Object, what was to be sent is tried again after so many seconds. */
export const AFTER_FAULT_SECONDS = 15;

/** Outcomes that D1 did not take are tried again after so many seconds, which is before a lost lease is taken over. */
export const SETTLE_AGAIN_SECONDS = 5;

/** The sweep looks so far ahead, and enqueues with the exact delay. */
export const LOOK_AHEAD_MS = MINUTE;

/** A lease that ran out is taken over so much later, so that outcomes still under way are settled first. */
export const RECOVERY_GRACE_MS = 15 * SECOND;

/** Mean waits before the second, third … attempt; after the last one a dispatch has failed. */
export const RETRY_WAITS_MS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR] as const;

/** A dispatch whose consumer has been lost so often is given up. */
export const MAX_CLAIMS = 10;

/** A dispatch that is still unsent so long after it was due is given up. */
export const MAX_AGE_MS = 72 * HOUR;

/**
 * When a dispatch was first due, epoch ms. Every lifetime is counted from here. It is the latest of when it was made, its
 * `send_at`, a retry by hand and its user's slot, and stays the same from one attempt to the next.
 */
export const firstDueAt = ({
  created_at,
  scheduled_at,
  slot_at,
}: Pick<Dispatch, "created_at" | "scheduled_at" | "slot_at">): number =>
  Math.max(created_at, scheduled_at ?? 0, slot_at ?? 0);

/**
 * The wait before the next attempt: half to one and a half of the mean, at random, never less than the provider asked.
 * @param attempts outcomes so far, this one included
 * @param random uniform in [0, 1)
 * @returns milliseconds, or null when no attempt is left
 */
export function retryWait(attempts: number, random: number, afterMs = 0): number | null {
  const mean = RETRY_WAITS_MS[attempts - 1];
  return mean === undefined ? null : Math.max(Math.round(mean * (0.5 + random)), afterMs);
}

/**
 * When the sweep should look at a dispatch for the first time. What is due soon gets a wake-up call of its own, and the
 * sweep only finds it when that call is lost. What is due later is woken by the sweep alone.
 */
export const firstWakeAt = (dueAt: number, now: number, sweepAfterMs: number): number =>
  wakesItself(dueAt, now) ? dueAt + sweepAfterMs : dueAt;

/** Whether a dispatch due at `dueAt` gets a wake-up call at once (with a delay), or waits for the sweep. */
export const wakesItself = (dueAt: number, now: number): boolean => dueAt - now <= 2 * LOOK_AHEAD_MS;
