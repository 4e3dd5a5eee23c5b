import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { insertRows } from "../db/json.ts";
import { users as table } from "../db/schema/index.ts";
import { canonicalAddress } from "../lib/address.ts";
import { rescheduleAll } from "../schedules/user-schedules.ts";
import { subscriptionsMoved } from "../notifications/stats-summary/stale.ts";
import type { Change, Collection } from "./collection.ts";
import { eraseUser } from "./erase-user.ts";
import { welcome } from "../notifications/welcome/notify.ts";

export type User = typeof table.$inferSelect;
export type UserFacts = Omit<User, "created_at" | "updated_at">;

/** Whom we notify. Deleting one erases their personal data everywhere. */
export const users: Collection<UserFacts, User> = {
  name: "users",
  noun: "user",
  table,
  kept: (now) => ({
    created_at: { initial: now },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
  consequences(ctx, change) {
    const { before, dispatchIds } = welcome(ctx, change);
    return { before: [...rescheduleMoved(ctx, change), ...before], dispatchIds };
  },
  remove: eraseUser,
};

/**
 * Who lives in another time zone now is due at other times: the jobs look at them at once. At whoever is new they look by
 * the trigger `users_arrive`, since what is to be told of them may have come before them.
 */
function rescheduleMoved(ctx: Ctx, { rows }: Change<UserFacts>): Statement[] {
  const zones = JSON.stringify(rows.map(({ id, timezone }) => ({ id, timezone })));
  const moved = sql`SELECT given.value->>'id' FROM json_each(${zones}) AS given LEFT JOIN ${table} AS u
    ON u.id = given.value->>'id' WHERE u.timezone IS NOT given.value->>'timezone'`;
  const now = ctx.clock.now();
  return [rescheduleAll(moved, now), subscriptionsMoved(moved, now)];
}

/** A user as far as a token or a registration tells. */
export interface NewUser {
  id: string;
  orgId?: string | null;
  name?: string | null;
  email?: string | null;
  emailVerified?: boolean;
}

/**
 * Creates a user of whom the directory has not heard; one that it has stays as it is. For the batch that needs the user.
 * @param erased `erasedLately`: who was does not come back
 */
export function createUserIfMissing(ctx: Ctx, user: NewUser, erased: SQL): Statement {
  const now = ctx.clock.now();
  const email = canonicalAddress(user.email ?? "");
  const row = {
    id: user.id,
    org_id: user.orgId ?? null,
    name: user.name ?? null,
    email,
    email_verified: email !== null && user.emailVerified === true,
    created_at: now,
    updated_at: now,
  };
  return insertRows(table, [row], { where: sql`NOT ${erased}`, onConflict: sql`ON CONFLICT DO NOTHING` });
}
