import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { dispatches } from "../db/schema/index.ts";
import { appended, type INBOX_CHANGES } from "../outbox/timeline.ts";
import { announce } from "../outbox/wake.ts";
import { notFound } from "../lib/failure.ts";
import type { InboxRow } from "./message.ts";
import { findMessage, inInbox, readAt, standingOf, unreadIds } from "./queries.ts";

/** What a reader can do with a message. */
export type Change = (typeof INBOX_CHANGES)[number];

/** The columns that a change sets, and the rows that it applies to. A repeated change finds no row. What was seen needs no fallback. */
const EFFECTS = {
  read: (now) => ({ set: sql`read_at = ${now}, follow_at = NULL`, where: sql`read_at IS NULL` }),
  unread: () => ({ set: sql`read_at = NULL`, where: sql`read_at IS NOT NULL` }),
  archive: (now) => ({ set: sql`archived_at = ${now}, follow_at = NULL`, where: sql`archived_at IS NULL` }),
  unarchive: () => ({ set: sql`archived_at = NULL`, where: sql`archived_at IS NOT NULL` }),
} as const satisfies Record<Change, (now: number) => { set: SQL; where: SQL }>;

/** The most messages that one call marks as read. */
const READ_ALL_LIMIT = 5_000;

/** Changes one message of the user, and notifies the user's other connections. One round trip. @throws 404 */
export async function changeMessage(
  ctx: Ctx,
  userId: string,
  id: string,
  change: Change,
): Promise<{ row: InboxRow; unread: number }> {
  const now = ctx.clock.now();
  const { set, where } = EFFECTS[change](now);
  const { found, standing } = await ctx.db.write({
    changed: sql`UPDATE ${dispatches} SET ${set}, updated_at = ${now},
        timeline = ${appended({ did: "changed", at: now, change })}
      WHERE id = ${id} AND ${inInbox(userId)} AND ${where}`,
    found: findMessage(userId, id),
    standing: standingOf(userId),
  });
  const [row] = found;
  if (row === undefined) throw notFound("message");
  if (row.updated_at === now) await announce(ctx, [{ channel: "in_app", userId }]);
  return { row, unread: standing.unread };
}

/** Marks unread messages that are not archived as read. One round trip. @returns how many, and how many are left */
export async function readAll(ctx: Ctx, userId: string): Promise<{ updated: number; unread: number }> {
  const now = ctx.clock.now();
  const {
    changed,
    standing,
    again = [],
  } = await ctx.db.write(
    {
      changed: sql`UPDATE ${dispatches} SET read_at = ${now}, follow_at = NULL, updated_at = ${now},
          timeline = ${appended({ did: "changed", at: now, change: "read" })}
        WHERE id IN ${unreadIds(userId, READ_ALL_LIMIT)} RETURNING 1`,
      standing: standingOf(userId),
    },
    { again: readAt(userId, now, READ_ALL_LIMIT) },
  );
  const updated = Math.max(changed.length, again.length);
  if (updated > 0) await announce(ctx, [{ channel: "in_app", userId }]);
  return { updated, unread: standing.unread };
}
