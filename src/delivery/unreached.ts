import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { inPortions } from "../db/portions.ts";
import { dispatches } from "../db/schema/index.ts";
import { NOT_IN_TIME } from "../outbox/chain.ts";
import { appended } from "../outbox/timeline.ts";
import { queuedAmong, wake } from "../outbox/wake.ts";
import { giveBack, type Unsent } from "../rate-limit/budgets.ts";
import { endedBy } from "./entries.ts";
import { follow } from "./fallback.ts";

/** Dispatches of a portion, and portions of a tick. */
const PORTION = 500;
const PORTIONS = 10;

/**
 * Lets the fallbacks follow whose time has come: of messages that lie unread in an inbox, and of those that are still to be
 * sent, which fail by that. What is being sent just now is looked at again by the next tick. One look-up by an index where
 * nothing is due, else two round trips a portion. It may run late, twice, or twice at once: a dispatch is followed once.
 * @returns at how many it looked
 */
export async function followUnreached(ctx: Ctx): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS, async () => {
    const ids = await readDue(ctx);
    if (ids.length > 0) await followAll(ctx, ids);
    return { done: ids.length, isLast: ids.length < PORTION };
  });
  return done;
}

/** What is being sent has no answer yet: it would be found again by each portion. */
async function readDue(ctx: Ctx): Promise<string[]> {
  const { due } = await ctx.db.read({
    due: sql<{ id: string }>`SELECT id FROM ${dispatches}
      WHERE follow_at <= ${ctx.clock.now()} AND status <> 'sending' ORDER BY follow_at LIMIT ${PORTION}`,
  });
  return due.map(({ id }) => id);
}

async function followAll(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const now = ctx.clock.now();
  const isOver = sql`${inJson(dispatches.id, ids)} AND follow_at <= ${now}`;
  const followers = follow(ctx, ids);
  const { toWake, unsent } = await ctx.db.write({
    giveUp: sql`UPDATE ${dispatches} SET status = 'failed', error_code = ${NOT_IN_TIME.code}, error = ${NOT_IN_TIME.message},
        wake_at = NULL, updated_at = ${now}, timeline = ${appended(endedBy(now, "failed", NOT_IN_TIME))}
      WHERE ${isOver} AND status = 'queued' AND delivered_count = 0`,
    followers: followers.statements,
    close: sql`UPDATE ${dispatches} SET follow_at = NULL WHERE ${isOver} AND status <> 'sending'`,
    toWake: queuedAmong(followers.ids),
    unsent: sql<Unsent>`SELECT id, user_id, channel, type FROM ${dispatches} WHERE ${inJson(dispatches.id, ids)}
      AND status = 'failed' AND error_code = ${NOT_IN_TIME.code}
      AND slot_at IS NOT NULL AND (sent_at IS NULL OR sent_at < slot_at)`,
  });
  await wake(ctx, toWake);
  await giveBack(ctx, unsent);
}
