import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../audit/audit.ts";
import { inScope, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { selectWhole } from "../db/json.ts";
import { inPortions, type Portion } from "../db/portions.ts";
import { dispatches, type Event, events } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { cancelledUnsent, cancelQueued, EVENT_CANCELLED } from "../outbox/change.ts";
import { wakeEvent } from "../outbox/wake.ts";
import { giveBack } from "../rate-limit/budgets.ts";
import { LEASE_MS } from "./expand.ts";

/** Messages that one portion looks at. */
const PORTION = 1_000;

/** Portions that the request does itself. The queue and the job do the rest. */
const IN_REQUEST = 3;

/**
 * Cancels an event: no further message is made, and those still queued are cancelled in portions. What is being sent stays,
 * and so does a message that has collected other events, too.
 * @throws 404
 */
export async function cancelEvent(ctx: Ctx, scope: Scope, author: Author, id: string): Promise<Event> {
  const now = ctx.clock.now();
  const mine = sql`id = ${id} AND ${inScope(scope, { userId: sql`NULL`, orgId: events.org_id })}`;
  const { found } = await ctx.db.write({
    // A portion that is being written depends upon the status. From here on `after` is the last dispatch looked at.
    cancel: sql`UPDATE ${events} SET status = 'cancelled', cancelled_by = ${author.actor}, after = '',
        next_at = ${now + LEASE_MS}, updated_at = ${now}
      WHERE ${mine} AND status <> 'cancelled'`,
    audit: audit({ id: ctx.ids.uuid(), action: "event.cancel", target: id, ...author }, CHANGED),
    found: selectWhole(events, mine),
  });
  const [event] = found;
  if (event === undefined) throw notFound("event");
  const left = await cancelPortions(ctx, event, IN_REQUEST);
  if (left.next_at !== null) await wakeEvent(ctx, id);
  return left;
}

/** Goes on with cancelling. @returns the event; its `next_at` is null when nothing is left to do */
export async function cancelPortions(ctx: Ctx, event: Event, most: number): Promise<Event> {
  let left = event;
  if (left.next_at === null) return left;
  await inPortions(ctx.db, most, async (): Promise<Portion> => {
    const { event: after, done } = await cancelPortion(ctx, left);
    left = after;
    return { done, isLast: left.next_at === null };
  });
  return left;
}

/** Every statement may be repeated, also by two workers at once: it finds nothing left to cancel. */
async function cancelPortion(ctx: Ctx, event: Event): Promise<{ event: Event; done: number }> {
  const portion = sql`SELECT id FROM ${dispatches} WHERE batch_id = ${event.id} AND id > ${event.after}
    ORDER BY id LIMIT ${PORTION}`;
  const { unsent, seen } = await ctx.db.write({
    cancel: cancelQueued(
      ctx,
      sql`id IN (${portion}) AND coalesce(${dispatches.payload}->>'$.count', 1) = 1`,
      EVENT_CANCELLED,
    ),
    unsent: cancelledUnsent(sql`id IN (${portion})`),
    seen: sql<{ last: string | null; n: number }>`SELECT max(id) AS last, count(*) AS n FROM (${portion})`,
    after: sql`UPDATE ${events} SET after = coalesce((SELECT max(id) FROM (${portion})), after), updated_at = ${ctx.clock.now()},
        next_at = iif((SELECT count(*) FROM (${portion})) < ${PORTION}, NULL, ${ctx.clock.now() + LEASE_MS})
      WHERE id = ${event.id} AND status = 'cancelled' AND after = ${event.after}`,
  });
  await giveBack(ctx, unsent);
  const { last = null, n = 0 } = seen[0] ?? {};
  return {
    event: { ...event, after: last ?? event.after, next_at: n < PORTION ? null : event.next_at },
    done: n,
  };
}
