import { type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { audit, type AuditEntry, type Author, isAudited } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { inPortions } from "../db/portions.ts";
import {
  activities,
  applications,
  chatConnections,
  certifications,
  deliveries,
  devOutbox,
  deviceTokens,
  dispatches,
  emailTotals,
  events,
  matches,
  notificationRecords,
  dedupeKeys,
  optouts,
  peerMentors,
  preferences,
  statsSubscriptions,
  topicSubscribers,
  users,
  userSchedules,
  withheld,
} from "../db/schema/index.ts";
import { namesUser } from "../outbox/dedupe-keys.ts";
import { tellsOf } from "../outbox/channel.ts";
import { waitsForUser } from "../outbox/placeholders.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { ON_KEPT_DAYS } from "../log/withheld/count.ts";
import { buryUser, erasedHash } from "./tombstones.ts";

/** The most dispatches, and the most rows of each table below, that one batch deletes. */
const PORTION = 2_000;
/** Portions of one call. An invocation has no queries for more. They are enough for 80,000 dispatches. */
const MOST_PORTIONS = 40;

/** A table with rows of a user, found by the column `user`. `key` is set where there may be many: they go in portions. */
interface Owned {
  table: SQLiteTable;
  user: SQLiteColumn;
  key?: SQLiteColumn;
  /** A further condition, where there is no index by `user` alone. */
  within?: SQL;
}

/** What belongs to a user, besides dispatches, deliveries and dedupe keys. A test finds a missing table by its `user_id`. */
export const OWNED: readonly Owned[] = [
  { table: users, user: users.id },
  { table: deviceTokens, user: deviceTokens.user_id, key: deviceTokens.id },
  { table: chatConnections, user: chatConnections.user_id },
  { table: certifications, user: certifications.user_id, key: certifications.id },
  { table: preferences, user: preferences.user_id },
  { table: optouts, user: optouts.user_id },
  { table: userSchedules, user: userSchedules.user_id },
  { table: emailTotals, user: emailTotals.user_id },
  { table: withheld, user: withheld.user_id, within: ON_KEPT_DAYS },
  { table: activities, user: activities.user_id, key: activities.id },
  { table: statsSubscriptions, user: statsSubscriptions.user_id, key: statsSubscriptions.id },
  { table: matches, user: matches.user_id, key: matches.id },
  { table: applications, user: applications.user_id, key: applications.id },
  { table: topicSubscribers, user: topicSubscribers.user_id },
  { table: devOutbox, user: devOutbox.user_id },
];

/** Rows that belong to others and name the user. They stay, without the user's id. */
export const NAMING: readonly Required<Omit<Owned, "within">>[] = [
  { table: peerMentors, user: peerMentors.coordinator_id, key: peerMentors.id },
  { table: notificationRecords, user: notificationRecords.coordinator_id, key: notificationRecords.id },
  { table: events, user: events.actor, key: events.id },
];

/**
 * Erases a user's personal data everywhere. User, devices and unsent messages go first, so that nothing is sent afterwards.
 * A tombstone keeps the user's token from creating the user again. A repeat finishes what an interrupted call has left. One
 * round trip for up to 2,000 dispatches, another for each further 2,000.
 * @throws 404 when there is nothing of this user; 503 when one call could not erase everything: repeat it
 */
export async function eraseUser(ctx: Ctx, author: Author, id: string): Promise<void> {
  const found = await eraseRows(ctx, id, {
    ...author,
    id: ctx.ids.uuid(),
    action: "user.erase",
    // Only a hash, because a user's id may be an address.
    target: await erasedHash(id),
  });
  await Promise.all([ctx.limiters.of(id).erase(), ctx.inboxes.erase(id)]);
  if (!found) throw notFound("user");
}

/** Erases the rows, in portions. Returns whether there was anything to erase. */
async function eraseRows(ctx: Ctx, id: string, entry: AuditEntry): Promise<boolean> {
  // Unsent ones first.
  const some = sql`(SELECT id FROM ${dispatches} WHERE user_id = ${id} ORDER BY wake_at IS NULL, id LIMIT ${PORTION})`;
  const batch = {
    audit: audit(entry, sql`EXISTS (${anythingOf(id)})`),
    tombstone: await buryUser(ctx, id, sql`EXISTS (${anythingOf(id)})`),
    owned: OWNED.map((owned) => sql`DELETE FROM ${owned.table} ${portionOf(owned, id)}`),
    naming: NAMING.map(
      (naming) =>
        sql`UPDATE ${naming.table} SET ${sql.identifier(naming.user.name)} = NULL ${portionOf(naming, id)}`,
    ),
    kept: ctx.reactions.beforeDeletion(some),
    deliveries: sql`DELETE FROM ${deliveries} WHERE dispatch_id IN ${some}`,
    keys: sql`DELETE FROM ${dedupeKeys} WHERE dispatch_id IN ${some}`,
    // Some keys outlive their dispatches.
    keysOfUser: sql`DELETE FROM ${dedupeKeys} WHERE ${namesUser(ctx.types.userKeys, id)} OR ${waitsForUser(id)}`,
    dispatches: sql`DELETE FROM ${dispatches} WHERE id IN ${some}`,
    // What programs were told of the user, also by what this batch does.
    told: sql`DELETE FROM ${dispatches} WHERE id IN
      (SELECT id FROM ${dispatches} WHERE ${tellsOf(id)} LIMIT ${PORTION})`,
    left: anythingOf(id),
    noted: isAudited(entry.id),
  };
  let isNoted = false;
  const { isFinished } = await inPortions(ctx.db, MOST_PORTIONS, async () => {
    const { left, noted } = await ctx.db.write(batch);
    isNoted = noted.length === 1;
    return { done: 1, isLast: left.length === 0 };
  });
  if (isFinished) return isNoted;
  throw new Failure("unavailable", "Much of this user is erased, but not all yet. Send the request again.", {
    headers: { "retry-after": "1" },
  });
}

const portionOf = ({ table, user, key = user, within }: Owned, id: string): SQL =>
  within === undefined
    ? sql`WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${user} = ${id} LIMIT ${PORTION})`
    : sql`WHERE ${within} AND ${user} = ${id}`;

/** Finds one row if there is anything of the user. */
export function anythingOf(id: string): SQL {
  const places = [...OWNED, ...NAMING, { table: dispatches, user: dispatches.user_id }];
  const exists = places.map(
    ({ table, user, within = sql`true` }: Pick<Owned, "table" | "user" | "within">) =>
      sql`EXISTS (SELECT 1 FROM ${table} WHERE ${within} AND ${user} = ${id})`,
  );
  exists.push(sql`EXISTS (SELECT 1 FROM ${dispatches} WHERE ${tellsOf(id)})`);
  return sql`SELECT 1 WHERE ${sql.join(exists, sql` OR `)}`;
}
