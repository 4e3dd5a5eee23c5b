import type { Dispatch } from "../../db/schema/index.ts";
import { firstDueAt } from "../../outbox/timing.ts";
import { DAY, MINUTE, SECOND } from "../../lib/clock.ts";
import type { PushOptions } from "./options.ts";

/** How long a push service keeps a push for a phone that is off: Android's own default, four weeks. */
const KEPT_BY_SERVICE_MS = 28 * DAY;

/** Between being due and being sent lie queue and sweep: a push with `ttl: 0` is sent all the same. */
const ON_ITS_WAY_MS = MINUTE;

type Times = Pick<Dispatch, "created_at" | "scheduled_at" | "slot_at" | "expires_at">;

/**
 * Epoch ms until which a push service keeps a push that is handed over `now`. Never in the past, and never left out: iOS
 * would drop it for a phone that is not reachable at that moment.
 */
export function keptUntil(dispatch: Times, { ttl }: PushOptions, now: number): number {
  const kept = firstDueAt(dispatch) + (ttl === undefined ? KEPT_BY_SERVICE_MS : ttl * SECOND);
  return Math.max(now, Math.min(kept, dispatch.expires_at ?? kept));
}

/** Whether the sender's `ttl` was over before any push service took the push. */
export const isStale = (dispatch: Times, { ttl }: PushOptions, now: number): boolean =>
  ttl !== undefined && now > firstDueAt(dispatch) + ttl * SECOND + ON_ITS_WAY_MS;
