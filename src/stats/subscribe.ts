import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { idempotencyKeys, statsSubscriptions as table, users } from "../db/schema/index.ts";
import { inScope, type Scope } from "../directory/scope.ts";
import { createUserIfMissing, type NewUser } from "../directory/users.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  type StoredKey,
  takeKey,
} from "../idempotency/keys.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { windowAt, type WindowKind } from "../schedules/windows.ts";
import { subscribedAlready } from "./conflict.ts";
import { firstPending } from "./periods.ts";
import type { Subscription } from "./read.ts";
import { goesStaleAt, livesIn, selectSums } from "./snapshot.ts";

/** Who is to get the summaries of which window. */
export interface NewSubscription {
  user_id: string;
  time_window: WindowKind;
}

/** A subscription, and whether an earlier request with the same Idempotency-Key made it. */
export interface Subscribed {
  subscription: Subscription;
  replayed: boolean;
}

/** What a user's zone makes of a request. */
interface Located {
  id: string;
  timezone: string | null;
}

/**
 * Subscribes a user to the summaries of a window, with a first snapshot. Two round trips.
 * @param create the user to create when missing; null when this caller may not
 * @throws 404 for a user outside the scope; 409 naming the user's subscription to the same window; 422 for a key used
 * with another body
 */
export async function subscribe(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  wanted: NewSubscription,
  create: NewUser | null,
): Promise<Subscribed> {
  const [[found] = [], [stored] = [], [keyed] = []] = await ctx.db.read([
    findUser(scope, wanted.user_id),
    ...(key ? [findKey(key), findKeyed(key)] : []),
  ]);
  if (replayOf(key, stored as StoredKey | undefined) !== null) return replayed(keyed);
  if (found === undefined && create === null) throw notFound("user");

  const user = (found as Located | undefined) ?? { id: wanted.user_id, timezone: null };
  const id = ctx.ids.uuid();
  const results = await ctx.db.write([
    ...(found === undefined && create ? [createUserIfMissing(ctx, create)] : []),
    ...(key ? [takeKey(key, id)] : []),
    insert(ctx, scope, key, id, user, wanted.time_window),
    // A key stands for what it made, and a refused request has made nothing.
    ...(key ? [releaseKey(key, id)] : []),
    ...(key ? [findKey(key), findKeyed(key)] : []),
    findUser(scope, wanted.user_id),
    sql`SELECT * FROM ${table} WHERE user_id = ${wanted.user_id} AND time_window = ${wanted.time_window}`,
  ]);
  const winner = key ? replayOf(key, results.at(-4)?.[0] as StoredKey | undefined) : null;
  if (winner !== null && winner !== id) return replayed(results.at(-3)?.[0]);
  if (results.at(-2)?.length === 0) throw notFound("user");
  const subscription = results.at(-1)?.[0] as Subscription | undefined;
  if (subscription === undefined) throw new Error("A subscription that was just written is not there");
  if (subscription.id !== id) throw subscribedAlready(subscription);
  return { subscription, replayed: false };
}

const findUser = (scope: Scope, id: string): SQL =>
  sql`SELECT id, timezone FROM ${users} WHERE id = ${id}
    AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;

/** The subscription that a key stands for. */
const findKeyed = (key: IdempotencyKey): Statement =>
  sql`SELECT * FROM ${table} WHERE id = (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key})`;

const releaseKey = ({ key }: IdempotencyKey, id: string): Statement =>
  sql`DELETE FROM ${idempotencyKeys} WHERE key = ${key} AND resource_id = ${id}
    AND NOT EXISTS (SELECT 1 FROM ${table} WHERE id = ${id})`;

/**
 * Inserts the subscription with its snapshot, unless there is one already. Should its user have moved to another zone at
 * this very moment, it is out of date at once and the jobs look at it.
 */
function insert(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  id: string,
  user: Located,
  kind: WindowKind,
): Statement {
  const now = ctx.clock.now();
  const open = windowAt(kind, user.timezone, now);
  const { period, next_at } = firstPending(kind, user.timezone, ctx.config.digestHour, now);
  const stays = livesIn(user.id, user.timezone);
  return sql`INSERT INTO ${table} (id, user_id, time_window, status, total_activities, completed_activities,
      completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
    SELECT ${id}, ${user.id}, ${kind}, 'active', total, completed, minutes, ${now},
      iif(${stays}, ${goesStaleAt(user.id, now, open.end)}, ${now}), ${period}, iif(${stays}, ${next_at}, ${now}), ${now}, ${now}
    FROM (${selectSums(user.id, open.start, now + 1)})
    WHERE EXISTS (${findUser(scope, user.id)}) AND ${keyTaken(key, id)} ON CONFLICT DO NOTHING`;
}

function replayed(row: unknown): Subscribed {
  if (row === undefined) throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
  return { subscription: row as Subscription, replayed: true };
}
