import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import { selectWhole } from "../db/json.ts";
import { inPortions, type Portion } from "../db/portions.ts";
import { type Event, events } from "../db/schema/index.ts";
import { wakeEvent } from "../outbox/wake.ts";
import { cancelPortions } from "./cancel.ts";
import { expandPortion, LEASE_MS } from "./expand.ts";

/** Portions of one event in one invocation; another message follows, so that other work has its turn. */
const MOST_PORTIONS = 20;

/** Events with which one run of the job goes on. */
const MOST_EVENTS = 10;

/** Goes on with an event, if it is unfinished, and asks for another turn where much is left. */
export async function goOnWith(ctx: Ctx, id: string): Promise<void> {
  const { found } = await ctx.db.read({ found: selectWhole(events, sql`id = ${id}`) });
  const [event] = found;
  if (event === undefined || event.next_at === null) return;
  const isLeft =
    event.status === "cancelled"
      ? (await cancelPortions(ctx, event, MOST_PORTIONS)).next_at !== null
      : await expandPortions(ctx, event);
  if (isLeft) await wakeEvent(ctx, id);
}

/** @returns whether portions are left that nobody else is working on */
async function expandPortions(ctx: Ctx, first: Event): Promise<boolean> {
  let event = first;
  let isOurs = true;
  await inPortions(ctx.db, MOST_PORTIONS, async (): Promise<Portion> => {
    const before = event.recipient_count;
    const expanded = await expandPortion(ctx, event);
    isOurs = expanded.isMine && expanded.event !== null;
    event = expanded.event ?? event;
    return { done: event.recipient_count - before, isLast: !isOurs || event.status !== "running" };
  });
  return isOurs && event.status === "running";
}

/**
 * The job: goes on with events whose message was lost or whose worker has died. Each gets another lease first, so an event
 * that always fails keeps no other waiting. @returns how many events
 */
export async function goOnWithEvents(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  const { due } = await ctx.db.write({
    due: sql<{
      id: string;
    }>`UPDATE ${events} SET next_at = ${now + LEASE_MS} WHERE id IN (SELECT id FROM ${events}
      WHERE next_at IS NOT NULL AND next_at <= ${now} ORDER BY next_at LIMIT ${MOST_EVENTS}) RETURNING id`,
  });
  for (const { id } of due) {
    if (!hasRoom(ctx.db)) break;
    try {
      await goOnWith(ctx, id);
    } catch (error) {
      ctx.log.error("event_failed", error, { event: id });
    }
  }
  return due.length;
}
