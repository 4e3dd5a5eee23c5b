import { afterCursor, limitOf, listedBy } from "../../db/page.ts";
import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { statsSubscriptions as table, users } from "../../db/schema/index.ts";
import { inScope, orgTree, type Scope } from "../../auth/scope.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { printId } from "../../lib/ids.ts";
import { type Listed, type Page } from "../../lib/page.ts";
import type { WindowKind } from "../../schedules/windows.ts";

/** A subscription with its snapshot, as it is stored. */
export type Subscription = typeof table.$inferSelect;

/** A subscription and the zone in which its windows begin and end. */
export type ZonedSubscription = Subscription & { timezone: string | null };

/** One subscription, if its user is in scope. */
export const findSubscription = (scope: Scope, id: string): SQL<ZonedSubscription> =>
  sql<ZonedSubscription>`SELECT s.*, u.timezone FROM ${table} AS s JOIN ${users} AS u ON u.id = s.user_id
    WHERE s.id = ${id} AND ${inScope(scope, { userId: sql`s.user_id`, orgId: sql`u.org_id` })}`;

/** A subscription with the snapshot that is stored. One round trip. @throws 404 outside the scope */
export async function getSubscription(ctx: Ctx, scope: Scope, id: string): Promise<ZonedSubscription> {
  const { found } = await ctx.db.read({ found: findSubscription(scope, id) });
  return requireSubscription(found);
}

/** The subscription that `findSubscription` found. @throws 404 */
export function requireSubscription([found]: readonly ZonedSubscription[]): ZonedSubscription {
  if (found === undefined) throw notFound("stats notification");
  return found;
}

/** 409: a user has at most one subscription to a window. The problem names it as `notification_id`. */
export const subscribedAlready = ({ id, time_window }: Pick<Subscription, "id" | "time_window">): Failure =>
  new Failure("conflict", `The user has an active ${time_window} subscription already.`, {
    code: "already_subscribed",
    extra: { notification_id: printId("notif", id) },
  });

export interface SubscriptionFilter {
  userId?: string | undefined;
  timeWindow?: WindowKind | undefined;
  /** Every row is `active`: deactivating a subscription deletes it. */
  status?: string | undefined;
}

/** A page of the subscriptions in scope, newest first. One round trip. */
export async function listSubscriptions(
  ctx: Ctx,
  scope: Scope,
  filter: SubscriptionFilter,
  page: Page,
): Promise<Listed<Subscription>> {
  const wanted = sql.join(conditions(scope, filter), sql` AND `);
  const rows = sql<Subscription>`SELECT * FROM ${table} WHERE ${wanted} AND ${afterCursor(page, sql`id`)}
    ORDER BY id DESC ${limitOf(page)}`;
  const { list } = await ctx.db.read({ list: listedBy(page, rows, sql`FROM ${table} WHERE ${wanted}`) });
  return list;
}

function conditions(scope: Scope, { userId, timeWindow, status }: SubscriptionFilter): SQL[] {
  const user = scope.kind === "own" ? scope.userId : userId;
  return [
    ...(user === undefined ? [] : [sql`user_id = ${user}`]),
    ...(scope.kind === "own" && userId !== undefined ? [sql`user_id = ${userId}`] : []),
    ...(timeWindow === undefined ? [] : [sql`time_window = ${timeWindow}`]),
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    scoped(scope, user),
  ];
}

/** The condition for scope and user. Without a user, an organization's subscriptions are found from its users. */
function scoped(scope: Scope, user: string | undefined): SQL {
  if (scope.kind === "none") return sql`false`;
  if (scope.kind !== "org") return sql`true`;
  return user === undefined
    ? sql`user_id IN (SELECT id FROM ${users} WHERE org_id IN ${orgTree(scope.orgId)})`
    : sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${user} AND org_id IN ${orgTree(scope.orgId)})`;
}
