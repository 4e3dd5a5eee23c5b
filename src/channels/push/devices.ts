import { getTableColumns, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { insertRows, selectWhole } from "../../db/json.ts";
import type { Statement } from "../../db/statement.ts";
import { type DeviceToken, deviceTokens, users } from "../../db/schema/index.ts";
import { inScope, type Scope, userInScope as isInScope } from "../../auth/scope.ts";
import { erasedLately, userErased } from "../../directory/tombstones.ts";
import { fillUser } from "../../directory/fill-user.ts";
import { createUserIfMissing, type NewUser } from "../../directory/users.ts";
import { notFound } from "../../lib/failure.ts";
import type { SubscriptionKeys, TokenOwner } from "./provider.ts";

/** Living devices of a user. Beyond this a new one replaces the oldest, so that no push goes to any number of devices. */
export const MAX_DEVICES_PER_USER = 50;

/** Dead devices of a user that are kept: those that died last. Retention removes them later. */
export const MAX_DEAD_PER_USER = 50;

/** Dead devices that one registration removes. */
const MAX_REMOVED = 1_000;

export interface Registration {
  user_id: string;
  token: string;
  platform: DeviceToken["platform"];
  /** Whose the token is: `TokenKinds` tells. */
  owner: TokenOwner;
  keys: SubscriptionKeys | null;
  /** What the device says of itself. BCP 47, canonical; an IANA name. */
  locale: string | null;
  timezone: string | null;
  app_version: string | null;
}

/** All of a device but its id and token: a registration says everything anew. */
const REPLACED = sql.raw(
  Object.values(getTableColumns(deviceTokens))
    .flatMap(({ name }) => (name === "id" || name === "token" ? [] : [`${name} = excluded.${name}`]))
    .join(", "),
);

const userInScope = (scope: Scope, userId: string) => isInScope(scope, sql`${userId}`);

/**
 * Registers a device token: it moves to this user, whoever had it, and is alive again. Of too many devices those with the
 * oldest registration are invalidated, and of too many dead ones the first to die are removed. What the device says fills in
 * what is not known of its user. One round trip.
 * @param create the user to create when missing; null when this caller may not
 * @throws 404 for a user outside the scope, 410 for one who was erased
 */
export async function registerDevice(
  ctx: Ctx,
  scope: Scope,
  { user_id, token, owner, keys, ...about }: Registration,
  create: NewUser | null,
): Promise<DeviceToken> {
  const now = ctx.clock.now();
  const erased = create === null ? sql`false` : await erasedLately(ctx, user_id);
  const row = {
    token,
    user_id,
    ...owner,
    keys: keys && JSON.stringify(keys),
    ...about,
    registered_at: now,
    last_used_at: now,
    invalidated_at: null,
    invalid_reason: null,
  };
  const found = await ctx.db.write({
    create: create === null ? [] : [createUserIfMissing(ctx, create, erased)],
    register: insertRows(deviceTokens, [row], {
      where: userInScope(scope, user_id),
      onConflict: sql`ON CONFLICT (token) DO UPDATE SET ${REPLACED}`,
    }),
    fill: fillUser(ctx, { id: user_id, ...about }, userInScope(scope, user_id)),
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

/** The plus keeps SQLite from reading all users' dead devices through their index. */
const removeDead = (userId: string): Statement =>
  sql`DELETE FROM ${deviceTokens} WHERE id IN (SELECT id FROM ${deviceTokens}
    WHERE user_id = ${userId} AND +invalidated_at IS NOT NULL
    ORDER BY invalidated_at DESC, id DESC LIMIT ${MAX_REMOVED} OFFSET ${MAX_DEAD_PER_USER})`;

/**
 * A user's living devices, newest first. One round trip. A user who asks for their own gets an empty list when the
 * directory does not know them yet.
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
