import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { deliveries, deviceTokens, dispatches, idempotencyKeys, occasions } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { firstIdAt } from "../lib/ids.ts";

/** Rows removed by one statement, and rounds of one run: bounded work, the rest tomorrow. */
const PORTION = 2_000;
const ROUNDS = 100;

/**
 * Removes what is older than `RETENTION_DAYS`: finished dispatches with their deliveries and occasions, used-up
 * idempotency keys, dead device tokens. A dispatch that is not finished stays, however old.
 * @returns how many dispatches were removed
 */
export async function removeOld(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  const before = now - ctx.config.retentionDays * DAY;
  let removed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const old = sql`(SELECT id FROM ${dispatches} WHERE id < ${firstIdAt(before)} AND wake_at IS NULL ORDER BY id LIMIT ${PORTION})`;
    const results = await ctx.db.write([
      sql`DELETE FROM ${deliveries} WHERE dispatch_id IN ${old}`,
      sql`DELETE FROM ${occasions} WHERE dispatch_id IN ${old}`,
      sql`DELETE FROM ${dispatches} WHERE id IN ${old} RETURNING id`,
      sql`DELETE FROM ${idempotencyKeys} WHERE key IN
          (SELECT key FROM ${idempotencyKeys} WHERE expires_at <= ${now} LIMIT ${PORTION}) RETURNING 1 AS n`,
      sql`DELETE FROM ${deviceTokens} WHERE id IN
          (SELECT id FROM ${deviceTokens} WHERE invalidated_at < ${before} LIMIT ${PORTION}) RETURNING 1 AS n`,
    ]);
    const [, , gone = [], keys = [], tokens = []] = results;
    removed += gone.length;
    if (Math.max(gone.length, keys.length, tokens.length) < PORTION) break;
  }
  return removed;
}
