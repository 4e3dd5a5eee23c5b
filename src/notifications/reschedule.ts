import type { Ctx } from "../ctx.ts";
import type { Change } from "../directory/collection.ts";
import type { Consequences } from "../directory/reaction.ts";
import { type UserFacts, withNewZone } from "../directory/users.ts";
import { rescheduleAll } from "../schedules/user-schedules.ts";

/**
 * Reschedules users who have moved to another time zone: the jobs work out when they are due now. New users are rescheduled
 * by the trigger `users_arrive`, because their matches or certificates may have come before them.
 */
export const rescheduleMovedUsers = (ctx: Ctx, change: Change<UserFacts>): Consequences => ({
  before: [rescheduleAll(withNewZone(change), ctx.clock.now())],
});
