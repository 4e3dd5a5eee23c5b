import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import {
  auditLog,
  deliveries,
  deviceTokens,
  dispatches,
  emailTotals,
  erasedUsers,
  idempotencyKeys,
  dedupeKeys,
  suppressions,
  withheld,
} from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { keepOutcomes } from "../notifications/pause/following.ts";
import { firstIdAt } from "../lib/ids.ts";
import { dayOf } from "./withheld/count.ts";

/** Rows removed by one statement, and rounds of one run: bounded work, the rest an hour later. */
const PORTION = 2_000;
const ROUNDS = 80;

/**
 * What has been told must stay known for as long as it could come up again: a yearly certificate, an old match. And no less
 * than its dispatch, which may be rendered from it or tried again.
 */
const DEDUPE_KEYS_KEPT_DAYS = 400;
const AUDIT_KEPT_DAYS = 400;

/**
 * Removes what is older than `RETENTION_DAYS`: finished dispatches with their deliveries (how many e-mails of which type
 * and outcome is added to `email_totals` in the same batch), dead device tokens; and what has run out: idempotency keys,
 * tombstones, suppressions, occasions, counts of what was withheld, audit entries. A dispatch that is not finished stays,
 * however old.
 * @returns how many dispatches were removed
 */
export async function removeOld(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  const before = now - ctx.config.retentionDays * DAY;
  const dedupeKeysKeptDays = Math.max(DEDUPE_KEYS_KEPT_DAYS, ctx.config.retentionDays);
  // By its time, too: one that was scheduled far ahead, or sent again, is younger than its id. What was cancelled before it
  // was due ended then.
  const old = sql`(SELECT id FROM ${dispatches} WHERE id < ${firstIdAt(before)} AND wake_at IS NULL
    AND min(due_at, updated_at) < ${before} ORDER BY id LIMIT ${PORTION})`;
  const statements = [
    countEmails(old),
    keepOutcomes(old),
    sql`DELETE FROM ${deliveries} WHERE dispatch_id IN ${old}`,
    sql`DELETE FROM ${dispatches} WHERE id IN ${old} RETURNING 1`,
    sql`DELETE FROM ${idempotencyKeys} WHERE key IN
      (SELECT key FROM ${idempotencyKeys} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${erasedUsers} WHERE id_hash IN
      (SELECT id_hash FROM ${erasedUsers} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${deviceTokens} WHERE id IN
      (SELECT id FROM ${deviceTokens} WHERE invalidated_at < ${before} LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${suppressions} WHERE email IN
      (SELECT email FROM ${suppressions} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT key FROM ${dedupeKeys}
      WHERE dispatch_id < ${firstIdAt(now - dedupeKeysKeptDays * DAY)}
        AND NOT EXISTS (SELECT 1 FROM ${dispatches} WHERE id = dispatch_id) LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${withheld} WHERE (day, user_id, type, channel, reason) IN (SELECT day, user_id, type, channel, reason
      FROM ${withheld} WHERE day < ${dayOf(before)} LIMIT ${PORTION}) RETURNING 1`,
    sql`DELETE FROM ${auditLog} WHERE id IN (SELECT id FROM ${auditLog}
      WHERE id < ${firstIdAt(now - AUDIT_KEPT_DAYS * DAY)} LIMIT ${PORTION}) RETURNING 1`,
  ];
  let removed = 0;
  for (let round = 0; round < ROUNDS && hasRoom(ctx.db); round++) {
    const [, , , gone = [], ...others] = await ctx.db.writeList(statements);
    removed += gone.length;
    if ([gone, ...others].every((rows) => rows.length < PORTION)) break;
  }
  return removed;
}

/** So that "ever sent" stays true. The rows are removed in the same batch, so none is counted twice. */
const countEmails = (old: SQL): SQL => sql`INSERT INTO ${emailTotals} (user_id, type, status, n)
  SELECT user_id, type, status, count(*) FROM ${dispatches}
  WHERE id IN ${old} AND channel = 'email' AND status <> 'cancelled' GROUP BY user_id, type, status
  ON CONFLICT (user_id, type, status) DO UPDATE SET n = n + excluded.n`;
