import { and, eq, getTableColumns, lte, or, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
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

/** What a channel needs beside the dispatches themselves; read in the same round trip as the claim. */
export interface Loader<Loaded> {
  /** @param claimed the ids claimed, as a subquery */
  statements(claimed: SQL, now: number): Statement[];
  parse(results: unknown[][]): Loaded;
}

/**
 * Claims what is due of `ids`, and whatever a crashed consumer left behind. One round trip, one transaction:
 * the claim, who was met too early, and the channel's own load.
 */
export async function claim<Loaded>(
  ctx: Ctx,
  channel: Channel,
  ids: readonly string[],
  loader: Loader<Loaded>,
): Promise<Claimed<Loaded>> {
  const now = ctx.clock.now();
  const lease: Lease = { claimId: ctx.ids.uuid(), claimedAt: now, until: now + ctx.config.leaseMs };
  const { orm } = ctx.db;
  // The plus keeps SQLite from looking up each id in the channel's index first.
  const ours = and(inJson(dispatches.id, ids), sql`+${dispatches.channel} = ${channel}`);

  const claimDue = orm
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
  const tooEarly = orm
    .select({ id: dispatches.id, lane: dispatches.lane, due_at: dispatches.due_at })
    .from(dispatches)
    .where(and(ours, eq(dispatches.status, "queued")));
  const claimedIds = sql`(SELECT id FROM ${dispatches} WHERE ${inJson(dispatches.id, ids)} AND claim_id = ${lease.claimId})`;

  // A claim that was committed and then reported as failed is found again: its rows carry our claim id.
  const left = leftSender({ userId: sql`dispatches.user_id`, senderOrgId: sql`dispatches.sender_org_id` });
  const again = orm
    .select({ ...getTableColumns(dispatches), left_sender: left.as("left_sender") })
    .from(dispatches)
    .where(and(inJson(dispatches.id, ids), eq(dispatches.claim_id, lease.claimId)));
  const [, mine, early, ...rest] = await ctx.db.write([
    claimDue,
    again,
    tooEarly,
    ...loader.statements(claimedIds, now),
  ]);
  return {
    lease,
    dispatches: (mine ?? []) as ClaimedDispatch[],
    early: (early ?? []) as Early[],
    loaded: loader.parse(rest),
  };
}
