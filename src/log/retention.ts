import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { inPortions } from "../db/portions.ts";
import {
  auditLog,
  dedupeKeys,
  deliveries,
  deviceTokens,
  dispatches,
  erasedUsers,
  events,
  idempotencyKeys,
  suppressions,
  withheld,
} from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { firstIdAt } from "../lib/ids.ts";
import { dayOf } from "./withheld/count.ts";

/** Rows removed by one statement, and portions in one run: the work is bounded, and an hour later the rest follows. */
const PORTION = 2_000;
const PORTIONS = 65;

/**
 * A dedupe key is kept for as long as its fact could come up again (a yearly certificate, an old match), and at least as long
 * as its dispatch, which may need it for rendering or a retry.
 */
const DEDUPE_KEYS_KEPT_DAYS = 400;
const AUDIT_KEPT_DAYS = 400;
/** Webhooks are looked at, and sent again, within days. */
const TRIGGERED_KEPT_DAYS = 7;

/** For how long what triggers have queued is kept after what it tells of. What is still being sent then stays until it has ended. */
export const triggeredKeptMs = ({ config }: Pick<Ctx, "config">): number =>
  Math.min(TRIGGERED_KEPT_DAYS, config.retentionDays) * DAY;

/**
 * Removes what is older than `RETENTION_DAYS`: finished dispatches with their deliveries, after the rooms have kept of them
 * what they need (`ctx.beforeRemoval`), and dead device tokens. Also what has run out: webhooks, idempotency keys, tombstones,
 * suppressions, dedupe keys, counts of what was withheld, events without messages, audit entries. A dispatch that is not finished stays, however
 * old.
 * @returns how many dispatches were removed
 */
export async function removeOld(ctx: Ctx): Promise<number> {
  const batch = removals(ctx);
  const { done } = await inPortions(ctx.db, PORTIONS, async () => {
    const { gone, expired } = await ctx.db.write(batch);
    const isLast = [gone, ...Object.values(expired)].every((rows) => rows.length < PORTION);
    return { done: gone.length, isLast };
  });
  return done;
}

interface Removed {
  1: number;
}

/** Removes a portion of everything, in one batch. */
function removals(ctx: Ctx) {
  const now = ctx.clock.now();
  const before = now - ctx.config.retentionDays * DAY;
  const dedupeKeysKeptDays = Math.max(DEDUPE_KEYS_KEPT_DAYS, ctx.config.retentionDays);
  // Also checks the time when it was due: a dispatch that was scheduled far ahead, or retried, is younger than its id. If it
  // was cancelled before that, the time of the cancellation counts.
  const old = sql`(SELECT id FROM ${dispatches} WHERE id < ${firstIdAt(before)} AND wake_at IS NULL
    AND min(due_at, updated_at) < ${before} ORDER BY id LIMIT ${PORTION})`;
  const triggered = [...ctx.channels.values()].flatMap(({ channel, isTriggered }) =>
    isTriggered ? [channel] : [],
  );
  return {
    kept: ctx.beforeRemoval.map((keep) => keep(old)),
    deliveries: sql`DELETE FROM ${deliveries} WHERE dispatch_id IN ${old}`,
    gone: sql<Removed>`DELETE FROM ${dispatches} WHERE id IN ${old} RETURNING 1`,
    expired: {
      webhooks: sql<Removed>`DELETE FROM ${dispatches} WHERE id IN (SELECT id FROM ${dispatches}
        WHERE channel IN ${triggered} AND id < ${firstIdAt(now - triggeredKeptMs(ctx))} AND wake_at IS NULL
        ORDER BY id LIMIT ${PORTION}) RETURNING 1`,
      idempotencyKeys: sql<Removed>`DELETE FROM ${idempotencyKeys} WHERE key IN
        (SELECT key FROM ${idempotencyKeys} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
      tombstones: sql<Removed>`DELETE FROM ${erasedUsers} WHERE id_hash IN
        (SELECT id_hash FROM ${erasedUsers} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
      deadDevices: sql<Removed>`DELETE FROM ${deviceTokens} WHERE id IN
        (SELECT id FROM ${deviceTokens} WHERE invalidated_at < ${before} LIMIT ${PORTION}) RETURNING 1`,
      suppressions: sql<Removed>`DELETE FROM ${suppressions} WHERE email IN
        (SELECT email FROM ${suppressions} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1`,
      dedupeKeys: sql<Removed>`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT key FROM ${dedupeKeys}
        WHERE dispatch_id < ${firstIdAt(now - dedupeKeysKeptDays * DAY)}
          AND NOT EXISTS (SELECT 1 FROM ${dispatches} WHERE id = dispatch_id) LIMIT ${PORTION}) RETURNING 1`,
      withheld: sql<Removed>`DELETE FROM ${withheld} WHERE (day, user_id, type, channel, reason) IN
        (SELECT day, user_id, type, channel, reason FROM ${withheld} WHERE day < ${dayOf(before)} LIMIT ${PORTION})
        RETURNING 1`,
      // As old as the messages that go with them. One that is not finished stays.
      events: sql<Removed>`DELETE FROM ${events} WHERE id IN (SELECT id FROM ${events}
        WHERE id < ${firstIdAt(before)} AND next_at IS NULL AND coalesce(send_at, 0) < ${before}
          AND NOT EXISTS (SELECT 1 FROM ${dispatches} WHERE batch_id = ${events}.id) LIMIT ${PORTION}) RETURNING 1`,
      auditEntries: sql<Removed>`DELETE FROM ${auditLog} WHERE id IN (SELECT id FROM ${auditLog}
        WHERE id < ${firstIdAt(now - AUDIT_KEPT_DAYS * DAY)} LIMIT ${PORTION}) RETURNING 1`,
    },
  };
}
