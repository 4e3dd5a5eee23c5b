import type { SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import type { Change } from "../directory/collection.ts";
import type { Consequences } from "../directory/reaction.ts";
import { type UserFacts, withNewZone } from "../directory/users.ts";
import { rescheduleAll } from "../schedules/user-schedules.ts";
import { moveSubscriptions } from "./stats-summary/reactions.ts";

/** Reschedules users who move to another time zone: the jobs work out when they are due now. @param users a query of ids */
export const reschedule = (ctx: Ctx, users: SQL): Statement[] => [
  rescheduleAll(users, ctx.clock.now()),
  moveSubscriptions(ctx, users),
];

/**
 * The reaction to a change of users. New ones are rescheduled by the trigger `users_arrive`, because their matches or
 * certificates may have come before them.
 */
export const rescheduleMovedUsers = (ctx: Ctx, change: Change<UserFacts>): Consequences => ({
  before: reschedule(ctx, withNewZone(change)),
});
