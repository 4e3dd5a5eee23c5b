import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { selectWhole } from "../../db/json.ts";
import type { Statement } from "../../db/statement.ts";
import { type DeviceToken, deviceTokens, users } from "../../db/schema/index.ts";
import { inScope, type Scope, userInScope as isInScope } from "../../auth/scope.ts";
import { erasedLately, userErased } from "../../directory/tombstones.ts";
import { createUserIfMissing, type NewUser } from "../../directory/users.ts";
import { notFound } from "../../lib/failure.ts";

/** A user's oldest devices make room for new ones beyond this: no fan-out without bounds. */
export const MAX_DEVICES_PER_USER = 50;

/** Dead devices of a user that are kept, the latest to die; retention removes them in time. */
export const MAX_DEAD_PER_USER = 50;

/** Dead devices that one registration removes. */
const MAX_REMOVED = 1_000;

export interface Registration {
  user_id: string;
  token: string;
  platform: DeviceToken["platform"];
}

const userInScope = (scope: Scope, userId: string) => isInScope(scope, sql`${userId}`);

/**
 * Registers a device token: it moves to this user, whoever had it, and is alive again. Of too many devices those that
 * were not registered for the longest time die, and of too many dead ones the first go. One round trip.
 * @param create the user to create when missing; null when this caller may not
 * @throws 404 for a user outside the scope, 410 for one who was erased
 */
export async function registerDevice(
  ctx: Ctx,
  scope: Scope,
  provider: string,
  { user_id, token, platform }: Registration,
  create: NewUser | null,
): Promise<DeviceToken> {
  const now = ctx.clock.now();
  const erased = create === null ? sql`false` : await erasedLately(ctx, user_id);
  const found = await ctx.db.write({
    create: create === null ? [] : [createUserIfMissing(ctx, create, erased)],
    register: sql`INSERT INTO ${deviceTokens} (token, user_id, provider, platform, registered_at, last_used_at)
      SELECT ${token}, ${user_id}, ${provider}, ${platform}, ${now}, ${now} WHERE ${userInScope(scope, user_id)}
      ON CONFLICT (token) DO UPDATE SET user_id = excluded.user_id, provider = excluded.provider,
        platform = excluded.platform, registered_at = excluded.registered_at, last_used_at = excluded.last_used_at,
        invalidated_at = NULL, invalid_reason = NULL`,
    makeRoom: sql`UPDATE ${deviceTokens} SET invalidated_at = ${now}, invalid_reason = 'too_many_devices'
      WHERE id IN (SELECT id FROM ${deviceTokens} WHERE user_id = ${user_id} AND invalidated_at IS NULL
        ORDER BY registered_at DESC, id DESC LIMIT -1 OFFSET ${MAX_DEVICES_PER_USER})`,
    removeDead: removeDead(user_id),
    devices: selectWhole(
      deviceTokens,
      sql`token = ${token} AND user_id = ${user_id} AND ${userInScope(scope, user_id)}`,
    ),
    erased: sql`SELECT 1 WHERE ${erased}`,
  });
  const [device] = found.devices;
  if (device === undefined) throw found.erased.length > 0 ? userErased() : notFound("user");
  return device;
}

/** The plus keeps SQLite from going through everybody's dead devices. */
const removeDead = (userId: string): Statement =>
  sql`DELETE FROM ${deviceTokens} WHERE id IN (SELECT id FROM ${deviceTokens}
    WHERE user_id = ${userId} AND +invalidated_at IS NOT NULL
    ORDER BY invalidated_at DESC, id DESC LIMIT ${MAX_REMOVED} OFFSET ${MAX_DEAD_PER_USER})`;

/**
 * A user's living devices, newest first. One round trip. Whoever asks for their own has none before the first one,
 * also when the directory has not heard of them yet.
 * @throws 404 for a user outside the scope
 */
export async function listDevices(ctx: Ctx, scope: Scope, userId: string): Promise<DeviceToken[]> {
  const { user, devices } = await ctx.db.read({
    user:
      scope.kind === "own" && scope.userId === userId
        ? sql`SELECT 1`
        : sql`SELECT 1 WHERE ${userInScope(scope, userId)}`,
    devices: selectWhole(
      deviceTokens,
      sql`user_id = ${userId} AND invalidated_at IS NULL
        ORDER BY registered_at DESC, id DESC LIMIT ${MAX_DEVICES_PER_USER}`,
    ),
  });
  if (user.length === 0) throw notFound("user");
  return devices;
}

/** Invalidates a token; one that is invalid already stays as it is. One round trip. @throws 404 outside the scope */
export async function removeDevice(ctx: Ctx, scope: Scope, token: string): Promise<number> {
  const now = ctx.clock.now();
  const mine = sql`token = ${token} AND ${
    scope.kind === "all"
      ? sql`true`
      : sql`user_id IN (SELECT id FROM ${users} WHERE id = ${deviceTokens}.user_id
          AND ${inScope(scope, { userId: users.id, orgId: users.org_id })})`
  }`;
  const { found } = await ctx.db.write({
    remove: sql`UPDATE ${deviceTokens} SET invalidated_at = ${now}, invalid_reason = 'removed'
      WHERE ${mine} AND invalidated_at IS NULL`,
    found: sql<{ invalidated_at: number }>`SELECT invalidated_at FROM ${deviceTokens} WHERE ${mine}`,
  });
  const [device] = found;
  if (device === undefined) throw notFound("device token");
  return device.invalidated_at;
}
