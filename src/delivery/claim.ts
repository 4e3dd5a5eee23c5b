import { and, eq, lte, or, sql } from "drizzle-orm";
import { leftSender } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { builder } from "../db/builder.ts";
import { inJson } from "../db/json.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { type Messages, messagesOf } from "../outbox/messages.ts";
import { appended } from "../outbox/timeline.ts";
import type { ToWake } from "../outbox/wake.ts";
import type { Parsed } from "../db/statement.ts";

/** A lease on some dispatches: until when, and the id that only its holder knows. */
export interface Lease {
  claimId: string;
  claimedAt: number;
  until: number;
}

/** A dispatch, and whether its user has left the organizations of the org_admin who sent it. */
export interface ClaimedDispatch extends Dispatch {
  left_sender: 0 | 1;
}

export interface Claimed<Loaded> {
  lease: Lease;
  dispatches: ClaimedDispatch[];
  /** What is not due yet. */
  early: ToWake[];
  loaded: Loaded;
}

/** Reads what a channel needs to send these messages beside themselves. */
export type Load<Loaded> = (messages: Messages, now: number) => Parsed<Loaded>;

/**
 * Claims what is due of `ids`, and what a lost consumer left behind. One round trip, one transaction: the claim, what is
 * not due yet, and the channel's own load.
 */
export async function claim<Loaded>(
  ctx: Ctx,
  channel: string,
  ids: readonly string[],
  load: Load<Loaded>,
): Promise<Claimed<Loaded>> {
  const now = ctx.clock.now();
  const lease: Lease = { claimId: ctx.ids.uuid(), claimedAt: now, until: now + ctx.config.leaseMs };
  // The plus keeps SQLite from looking up each id in the channel's index first.
  const ours = and(inJson(dispatches.id, ids), sql`+${dispatches.channel} = ${channel}`);
  // A claim that was committed and then reported as failed is found again: its rows have our claim id.
  const isClaimed = sql`${inJson(dispatches.id, ids)} AND claim_id = ${lease.claimId}`;
  const hasLeft = leftSender({ userId: sql`dispatches.user_id`, senderOrgId: sql`dispatches.sender_org_id` });

  const { claimed, early, loaded } = await ctx.db.write({
    claimDue: builder
      .update(dispatches)
      .set({
        status: "sending",
        claim_id: lease.claimId,
        lease_until: lease.until,
        claims: sql`${dispatches.claims} + 1`,
        timeline: sql`iif(${dispatches.status} = 'sending', ${appended({ did: "taken_over", at: now })}, timeline)`,
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
      ),
    claimed: sql<ClaimedDispatch>`SELECT *, ${hasLeft} AS left_sender FROM ${dispatches} WHERE ${isClaimed}`,
    early: sql<ToWake>`SELECT id, channel, lane, due_at AS at FROM ${dispatches} WHERE ${ours} AND status = 'queued'`,
    // Of all ids, though some may not be claimed: what is read of those is not used. To check the claim would cost a row each time.
    loaded: load(messagesOf(sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`), now),
  });
  return { lease, dispatches: claimed, early, loaded };
}
