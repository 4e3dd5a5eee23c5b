import { type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { audit, type AuditEntry, type Author, isAudited } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import {
  activities,
  applications,
  certifications,
  deliveries,
  deviceTokens,
  dispatches,
  emailTotals,
  matches,
  notificationRecords,
  dedupeKeys,
  optouts,
  peerMentors,
  preferences,
  statsSubscriptions,
  users,
  userSchedules,
  withheld,
} from "../db/schema/index.ts";
import { namesUser } from "../outbox/dedupe-keys.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { ON_KEPT_DAYS } from "../log/withheld/count.ts";
import { buryUser, erasedHash } from "./tombstones.ts";

/** Dispatches of one batch, and rows of each table below. */
const PORTION = 2_000;
/** Batches of one call, as far as the queries of an invocation go: 80,000 dispatches, more than anyone has. */
const ROUNDS = 40;

/** Rows that belong to a user, by `user`. Those of a table that may hold many go in portions of `key`. */
interface Owned {
  table: SQLiteTable;
  user: SQLiteColumn;
  key?: SQLiteColumn;
  /** Which of the rows to look at, where `user` alone is no way to them. */
  within?: SQL;
}

/**
 * What is the user's own, beside dispatches and what hangs on these. A table with a `user_id` belongs in here; a test
 * watches over it.
 */
export const OWNED: readonly Owned[] = [
  { table: users, user: users.id },
  { table: deviceTokens, user: deviceTokens.user_id, key: deviceTokens.id },
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
];

/** Rows of others that name the user. They stay, without the name. */
export const NAMING: readonly Required<Omit<Owned, "within">>[] = [
  { table: peerMentors, user: peerMentors.coordinator_id, key: peerMentors.id },
  { table: notificationRecords, user: notificationRecords.coordinator_id, key: notificationRecords.id },
];

/**
 * Erases a user's personal data everywhere. First go the user, their devices and whatever is unsent, so that nothing is
 * sent afterwards, and a tombstone keeps their own token from bringing them back. It may be repeated, and finishes what an
 * interrupted call has left. One round trip for up to 2,000 dispatches, another for each further 2,000.
 * @throws 404 when there is nothing at all of this user; 503 when more is left than one call may do
 */
export async function eraseUser(ctx: Ctx, author: Author, id: string): Promise<void> {
  const found = await eraseRows(ctx, id, {
    ...author,
    id: ctx.ids.uuid(),
    action: "user.erase",
    // An id may be an address, and nothing is to be left of it.
    target: await erasedHash(id),
  });
  await Promise.all([ctx.limiters(id).erase(), ctx.inboxes.erase(id)]);
  if (!found) throw notFound("user");
}

/** @returns whether there was anything */
async function eraseRows(ctx: Ctx, id: string, entry: AuditEntry): Promise<boolean> {
  // Unsent ones first.
  const some = sql`(SELECT id FROM ${dispatches} WHERE user_id = ${id} ORDER BY wake_at IS NULL, id LIMIT ${PORTION})`;
  const statements = [
    audit(entry, sql`EXISTS (${anythingOf(id)})`),
    await buryUser(ctx, id, sql`EXISTS (${anythingOf(id)})`),
    ...OWNED.map((owned) => sql`DELETE FROM ${owned.table} ${portionOf(owned, id)}`),
    ...NAMING.map(
      (naming) =>
        sql`UPDATE ${naming.table} SET ${sql.identifier(naming.user.name)} = NULL ${portionOf(naming, id)}`,
    ),
    ...ctx.reactions.erased(some),
    sql`DELETE FROM ${deliveries} WHERE dispatch_id IN ${some}`,
    sql`DELETE FROM ${dedupeKeys} WHERE dispatch_id IN ${some}`,
    // Occasions outlive their dispatches.
    sql`DELETE FROM ${dedupeKeys} WHERE ${namesUser(id)}`,
    sql`DELETE FROM ${dispatches} WHERE id IN ${some}`,
    anythingOf(id),
    isAudited(entry.id),
  ];
  for (let round = 0; round < ROUNDS && hasRoom(ctx.db); round++) {
    const [left = [], noted = []] = (await ctx.db.writeList(statements)).slice(-2);
    if (left.length === 0) return noted.length === 1;
  }
  throw new Failure("unavailable", "Much of this user is erased, but not all yet. Send the request again.", {
    headers: { "retry-after": "1" },
  });
}

const portionOf = ({ table, user, key = user, within }: Owned, id: string): SQL =>
  within === undefined
    ? sql`WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${user} = ${id} LIMIT ${PORTION})`
    : sql`WHERE ${within} AND ${user} = ${id}`;

/** One row when there is anything of the user, none when there is not. */
function anythingOf(id: string): SQL {
  const places = [...OWNED, ...NAMING, { table: dispatches, user: dispatches.user_id }];
  const exists = places.map(
    ({ table, user, within = sql`true` }: Pick<Owned, "table" | "user" | "within">) =>
      sql`EXISTS (SELECT 1 FROM ${table} WHERE ${within} AND ${user} = ${id})`,
  );
  return sql`SELECT 1 WHERE ${sql.join(exists, sql` OR `)}`;
}
