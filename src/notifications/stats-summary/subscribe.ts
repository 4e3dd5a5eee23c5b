import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { statsSubscriptions as table, users } from "../../db/schema/index.ts";
import { inScope, type Scope, userInScope } from "../../auth/scope.ts";
import { erasedLately, userErased } from "../../directory/tombstones.ts";
import { createUserIfMissing, type NewUser } from "../../directory/users.ts";
import { type IdempotencyKey, releaseKey, once, type Repeatable } from "../../idempotency/once.ts";
import { notFound } from "../../lib/failure.ts";
import { windowAt, type WindowKind } from "../../schedules/windows.ts";
import { firstPending } from "./periods.ts";
import { subscribedAlready, type Subscription } from "./read.ts";
import { goesStaleAt, livesIn, selectSums } from "./snapshot.ts";

/** The user, and the window to summarize. */
export interface NewSubscription {
  user_id: string;
  time_window: WindowKind;
}

/** A subscription, and whether an earlier request with the same Idempotency-Key made it. */
export interface Subscribed {
  subscription: Subscription;
  replayed: boolean;
}

/** A user, and the zone in which windows begin and end. */
interface Located {
  id: string;
  timezone: string | null;
}

/**
 * Subscribes a user to the summaries of a window, with a first snapshot. Two round trips.
 * @param create the user to create when missing; null when this caller may not
 * @throws 404 for a user outside the scope; 410 for a caller who was erased; 409 naming the user's subscription to the same
 *   window; 422 for a key used with another body
 */
export async function subscribe(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  wanted: NewSubscription,
  create: NewUser | null,
): Promise<Subscribed> {
  const request = once(ctx, key, subscriptionIn(scope));
  const { found: before, earlier } = await request.read({ users: findUser(scope, wanted.user_id) });
  if (earlier !== null) return earlier;
  const [known] = before.users;
  if (known === undefined && create === null) throw notFound("user");

  const user = known ?? { id: wanted.user_id, timezone: null };
  const id = ctx.ids.uuid();
  const created = known === undefined ? create : null;
  const erased = created === null ? sql`false` : await erasedLately(ctx, created.id);
  const { found: after, earlier: winner } = await request.write(id, {
    created: created === null ? [] : [createUserIfMissing(ctx, created, erased)],
    inserted: insert(ctx, scope, request.isMine(id), id, user, wanted.time_window),
    // A refused request has made nothing, so its key is free again.
    released: releaseKey(key, id, sql`NOT EXISTS (SELECT 1 FROM ${table} WHERE id = ${id})`),
    users: findUser(scope, wanted.user_id),
    subscriptions: sql<Subscription>`SELECT * FROM ${table}
      WHERE user_id = ${wanted.user_id} AND time_window = ${wanted.time_window}`,
    erased: sql`SELECT 1 WHERE ${erased}`,
  });
  if (winner !== null) return winner;
  if (after.users.length === 0) throw after.erased.length > 0 ? userErased() : notFound("user");
  const [subscription] = after.subscriptions;
  if (subscription === undefined) throw new Error("A subscription that was just written is not there");
  if (subscription.id !== id) throw subscribedAlready(subscription);
  return { subscription, replayed: false };
}

const findUser = (scope: Scope, id: string): SQL<Located> =>
  sql<Located>`SELECT id, timezone FROM ${users} WHERE id = ${id}
    AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;

/** A subscription that the caller may still see. */
const subscriptionIn = (scope: Scope): Repeatable<Subscription, Subscribed> => ({
  find: (id) =>
    sql<Subscription>`SELECT * FROM ${table} WHERE id = ${id} AND ${scope.kind === "own" ? sql`user_id = ${scope.userId}` : userInScope(scope, sql`user_id`)}`,
  replay: ([row]) => (row === undefined ? null : { subscription: row, replayed: true }),
});

/**
 * Inserts the subscription with its snapshot, unless there is one already. If the user moves to another zone at this moment,
 * snapshot and summary are due at once, and the jobs correct both.
 */
function insert(ctx: Ctx, scope: Scope, isMine: SQL, id: string, user: Located, kind: WindowKind): Statement {
  const now = ctx.clock.now();
  const open = windowAt(kind, user.timezone, now);
  const { period, next_at } = firstPending(kind, user.timezone, ctx.config.digestHour, now);
  const stays = livesIn(user.id, user.timezone);
  return sql`INSERT INTO ${table} (id, user_id, time_window, status, total_activities, completed_activities,
      completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
    SELECT ${id}, ${user.id}, ${kind}, 'active', total, completed, minutes, ${now},
      iif(${stays}, ${goesStaleAt(user.id, now, open.end)}, ${now}), ${period}, iif(${stays}, ${next_at}, ${now}), ${now}, ${now}
    FROM (${selectSums(user.id, open.start, now + 1)})
    WHERE EXISTS (${findUser(scope, user.id)}) AND ${isMine} ON CONFLICT DO NOTHING`;
}
