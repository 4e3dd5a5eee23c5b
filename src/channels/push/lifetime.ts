import type { Dispatch } from "../../db/schema/index.ts";
import { firstDueAt } from "../../outbox/timing.ts";
import { DAY, MINUTE, SECOND } from "../../lib/clock.ts";
import type { PushOptions } from "./options.ts";

/** How long a push service keeps a push for a phone that is off: four weeks, Android's default. */
const KEPT_BY_SERVICE_MS = 28 * DAY;

/** Time that queue and sweep may take after a push is due. It lets a push with `ttl: 0` be sent at all. */
const ON_ITS_WAY_MS = MINUTE;

type Times = Pick<Dispatch, "created_at" | "scheduled_at" | "slot_at" | "expires_at">;

/**
 * Epoch ms until which a push service keeps a push that is sent `now`. Never in the past, and never left out: without it
 * iOS drops the push when the phone is not reachable at that moment.
 */
export function keptUntil(dispatch: Times, { ttl }: PushOptions, now: number): number {
  const kept = firstDueAt(dispatch) + (ttl === undefined ? KEPT_BY_SERVICE_MS : ttl * SECOND);
  return Math.max(now, Math.min(kept, dispatch.expires_at ?? kept));
}

/** Whether the sender's `ttl` was over before any push service took the push. */
export const isStale = (dispatch: Times, { ttl }: PushOptions, now: number): boolean =>
  ttl !== undefined && now > firstDueAt(dispatch) + ttl * SECOND + ON_ITS_WAY_MS;
