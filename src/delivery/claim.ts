import { and, eq, lte, or, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { builder } from "../db/builder.ts";
import type { Parsed } from "../db/statement.ts";
import { inJson } from "../db/json.ts";
import { type Channel, type Dispatch, dispatches, type QueueName } from "../db/schema/index.ts";
import { leftSender } from "../auth/scope.ts";

/** A lease on some dispatches: until when, and the id that only its holder knows. */
export interface Lease {
  claimId: string;
  claimedAt: number;
  until: number;
}

/** A dispatch that was met before its time. */
export interface Early {
  id: string;
  lane: QueueName;
  due_at: number;
}

/** A dispatch, and whether the org_admin who asked for it has nothing to do with its user any more. */
export interface ClaimedDispatch extends Dispatch {
  left_sender: 0 | 1;
}

export interface Claimed<Loaded> {
  lease: Lease;
  dispatches: ClaimedDispatch[];
  early: Early[];
  loaded: Loaded;
}

/** Reads what a channel needs to send these dispatches beside themselves. @param claimed their ids, as a subquery */
export type Load<Loaded> = (claimed: SQL, now: number) => Parsed<Loaded>;

/**
 * Claims what is due of `ids`, and whatever a crashed consumer left behind. One round trip, one transaction:
 * the claim, who was met too early, and the channel's own load.
 */
export async function claim<Loaded>(
  ctx: Ctx,
  channel: Channel,
  ids: readonly string[],
  load: Load<Loaded>,
): Promise<Claimed<Loaded>> {
  const now = ctx.clock.now();
  const lease: Lease = { claimId: ctx.ids.uuid(), claimedAt: now, until: now + ctx.config.leaseMs };
  // The plus keeps SQLite from looking up each id in the channel's index first.
  const ours = and(inJson(dispatches.id, ids), sql`+${dispatches.channel} = ${channel}`);

  const claimDue = builder
    .update(dispatches)
    .set({
      status: "sending",
      claim_id: lease.claimId,
      lease_until: lease.until,
      claims: sql`${dispatches.claims} + 1`,
      updated_at: now,
    })
    .where(
      and(
        ours,
        or(
          and(eq(dispatches.status, "queued"), lte(dispatches.due_at, now)),
          and(eq(dispatches.status, "sending"), lte(dispatches.lease_until, now)),
        ),
      ),
    );
  const tooEarly = sql<Early>`SELECT id, lane, due_at FROM ${dispatches} WHERE ${ours} AND status = 'queued'`;
  const claimedIds = sql`(SELECT id FROM ${dispatches} WHERE ${inJson(dispatches.id, ids)} AND claim_id = ${lease.claimId})`;

  // A claim that was committed and then reported as failed is found again: its rows carry our claim id.
  const left = leftSender({ userId: sql`dispatches.user_id`, senderOrgId: sql`dispatches.sender_org_id` });
  const mine = sql<ClaimedDispatch>`SELECT *, ${left} AS left_sender FROM ${dispatches}
    WHERE ${inJson(dispatches.id, ids)} AND claim_id = ${lease.claimId}`;
  const { claimed, early, loaded } = await ctx.db.write({
    claimDue,
    claimed: mine,
    early: tooEarly,
    loaded: load(claimedIds, now),
  });
  return { lease, dispatches: claimed, early, loaded };
}
