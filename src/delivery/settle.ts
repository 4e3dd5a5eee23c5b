import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { channelOf } from "../outbox/channel.ts";
import { inJson, insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { deliveries, deviceTokens, dispatches } from "../db/schema/index.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { DAY } from "../lib/clock.ts";
import type { Settlement, Verdict } from "../outbox/settlement.ts";
import { follow } from "./fallback.ts";
import { receiptDueAt } from "./receipt-due.ts";
import { giveBack, type Unsent } from "../rate-limit/budgets.ts";
import { appended } from "../outbox/timeline.ts";
import { queuedAmong, wake } from "../outbox/wake.ts";

/** What the log shows of a message beside its outcome. It is personal, so it is never put onto a queue. */
export interface PersonalFields {
  id: string;
  to_address: string | null;
  title: string | null;
}

/**
 * Writes the outcomes of a round, in one round trip: deliveries, dispatches, dead tokens, followers. Idempotent. Then it gives
 * back slots that were not used.
 * Deliveries are facts and are kept whoever reports them. A dispatch changes only for the holder of its claim, so a consumer
 * whose lease is over cannot overwrite it.
 */
export async function settle(
  ctx: Ctx,
  settlement: Settlement,
  personal: readonly PersonalFields[] = [],
): Promise<void> {
  const idsOf = (status: Verdict["status"]) =>
    settlement.verdicts.flatMap((verdict) => (verdict.status === status ? [verdict.id] : []));
  const followers = follow(ctx, idsOf("failed"));
  const { toWake, unsent } = await ctx.db.write({
    deliveries: recordDeliveries(ctx, settlement),
    dispatches: updateDispatches(ctx, settlement, personal),
    counts: correctCounts(ctx, settlement),
    tokens: invalidateTokens(
      ctx,
      settlement.gone.map((one) => ({ ...one, seen_at: settlement.claimed_at })),
    ),
    followers: followers.statements,
    toWake: queuedAmong([...idsOf("queued"), ...followers.ids]),
    unsent: freedSlots(settlement),
  });
  await wake(ctx, toWake);
  await giveBack(ctx, unsent);
}

/**
 * A later report of the same device never takes an accepted delivery back. A failed one may still become accepted, but not by
 * a repeat of the ticket that its receipt has disproved.
 */
function recordDeliveries(ctx: Ctx, { deliveries: records, claimed_at }: Settlement): Statement[] {
  if (records.length === 0) return [];
  const now = ctx.clock.now();
  const stored = records.map((record) => ({ ...record, receipt_due_at: receiptDueAt(now, record) }));
  const accepted = records.filter((record) => record.status === "accepted").map((record) => record.device_id);
  return [
    ...chunksByBytes(stored, JSON_PARAMETER_BYTES).map((portion) =>
      insertRows(deliveries, portion, {
        where: sql`EXISTS (SELECT 1 FROM ${dispatches} d WHERE d.id = value->>'dispatch_id')`,
        onConflict: sql`ON CONFLICT (dispatch_id, device_id) DO UPDATE SET
          status = excluded.status, provider = excluded.provider, ticket_id = excluded.ticket_id,
          error = excluded.error, accepted_at = excluded.accepted_at, receipt_due_at = excluded.receipt_due_at
          WHERE deliveries.status <> 'accepted'
            AND (excluded.ticket_id IS NULL OR deliveries.ticket_id IS NOT excluded.ticket_id)`,
      }),
    ),
    // Once a day is exact enough, and saves a written row for each push.
    sql`UPDATE ${deviceTokens} SET last_used_at = ${claimed_at}
      WHERE ${inJson(deviceTokens.id, accepted)} AND coalesce(last_used_at, 0) < ${claimed_at - DAY}`,
  ];
}

/** Counts come from the deliveries, so repeats and overlaps cannot make them wrong. What reached one device was sent. */
function updateDispatches(
  ctx: Ctx,
  { channel, claim_id, verdicts }: Settlement,
  personal: readonly PersonalFields[],
): Statement {
  const shown = new Map(personal.map((one) => [one.id, one]));
  const values = verdicts.map((verdict) => ({ ...verdict, ...shown.get(verdict.id) }));
  const { isPerDevice } = channelOf(ctx, channel);
  const accepted = isPerDevice ? acceptedCount : sql`0`;
  const unreached = isPerDevice ? failedCount(sql`(v.status = 'queued')`) : sql`0`;
  const reached = sql`(v.status = 'failed' AND ${accepted} > 0)`;
  // A webhook may have come first: then its status stays.
  const overtaken = sql`${dispatches}.status IN ('delivered', 'bounced', 'failed')`;
  return sql`UPDATE ${dispatches} SET
      status = CASE WHEN ${overtaken} THEN ${dispatches}.status WHEN ${reached} THEN 'sent' ELSE v.status END,
      error_code = CASE WHEN ${overtaken} THEN ${dispatches}.error_code WHEN ${reached} THEN NULL ELSE v.error_code END,
      error = CASE WHEN ${overtaken} THEN ${dispatches}.error WHEN ${reached} THEN NULL ELSE v.error END,
      provider = coalesce(v.provider, ${dispatches}.provider),
      provider_message_id = coalesce(v.provider_message_id, ${dispatches}.provider_message_id),
      to_address = coalesce(v.to_address, ${dispatches}.to_address),
      title = coalesce(v.title, ${dispatches}.title),
      targets = v.targets,
      delivered_count = iif(${overtaken}, ${dispatches}.delivered_count, ${accepted}),
      failed_count = ${unreached},
      attempts = attempts + v.spent,
      claims = 0,
      due_at = v.due_at,
      wake_at = iif(${overtaken}, NULL, v.wake_at),
      follow_at = iif(${overtaken} OR v.status <> 'queued', NULL, coalesce(v.follow_at, ${dispatches}.follow_at)),
      slot_at = v.slot_at,
      chunk_id = v.chunk_id,
      sent_at = coalesce(v.sent_at, ${dispatches}.sent_at),
      claim_id = NULL,
      lease_until = NULL,
      timeline = ${appended(sql`v.entry`)},
      updated_at = ${ctx.clock.now()}
    FROM (SELECT value->>'id' AS id, value->>'status' AS status, value->>'error_code' AS error_code,
        value->>'error' AS error, value->>'provider' AS provider,
        value->>'provider_message_id' AS provider_message_id, value->>'to_address' AS to_address,
        value->>'title' AS title, value->>'targets' AS targets,
        value->>'spent' AS spent, value->>'due_at' AS due_at, value->>'wake_at' AS wake_at,
        value->>'slot_at' AS slot_at, value->>'sent_at' AS sent_at, value->>'chunk_id' AS chunk_id,
        value->>'follow_at' AS follow_at, value->>'entry' AS entry
      FROM json_each(${JSON.stringify(values)})) AS v
    WHERE ${dispatches}.id = v.id AND ${dispatches}.claim_id = ${claim_id}`;
}

/**
 * A consumer that reports after its lease may report devices that took the message after all. Then the counts are made
 * again, and what was recorded as failed becomes sent.
 */
function correctCounts(ctx: Ctx, { channel, claimed_at, deliveries: records }: Settlement): Statement[] {
  const now = ctx.clock.now();
  const ids = records.filter((record) => record.status === "accepted").map((record) => record.dispatch_id);
  const { isPerDevice } = channelOf(ctx, channel);
  if (!isPerDevice || ids.length === 0 || now < claimed_at + ctx.config.leaseMs) return [];
  const hasFailed = sql`${dispatches}.status = 'failed'`;
  return [
    sql`UPDATE ${dispatches} SET delivered_count = ${acceptedCount}, failed_count = ${failedCount(isOpen)},
        error_code = iif(${hasFailed}, NULL, error_code), error = iif(${hasFailed}, NULL, error),
        status = iif(${hasFailed}, 'sent', status), updated_at = ${now},
        timeline = ${appended({ did: "reported_late", at: now })}
      WHERE ${inJson(dispatches.id, [...new Set(ids)])} AND delivered_count <> ${acceptedCount}`,
  ];
}

/** Reads whose slots nobody has used. What has been put back into the queue since then has or gets a slot of its own. */
function freedSlots({ verdicts }: Settlement): SQL<Unsent>[] {
  const ids = verdicts.filter(({ frees_slot }) => frees_slot).map(({ id }) => id);
  if (ids.length === 0) return [];
  return [
    sql<Unsent>`SELECT id, user_id, channel, type FROM ${dispatches}
      WHERE ${inJson(dispatches.id, ids)} AND status IN ('failed', 'cancelled') AND slot_at IS NULL`,
  ];
}

/** A token that a provider has called dead. `seen_at`: when it was used, epoch ms. */
export interface DeadToken {
  device_id: number;
  reason: string;
  seen_at: number;
}

/** Invalidates tokens. One that was registered again since it was used is alive, whatever the provider said of it. */
export const invalidateTokens = (ctx: Ctx, dead: readonly DeadToken[]): Statement[] =>
  chunksByBytes(dead, JSON_PARAMETER_BYTES).map(
    (portion) => sql`UPDATE ${deviceTokens} SET invalidated_at = ${ctx.clock.now()}, invalid_reason = g.reason
      FROM (SELECT value->>'device_id' AS device_id, value->>'reason' AS reason, value->>'seen_at' AS seen_at
        FROM json_each(${JSON.stringify(portion)})) AS g
      WHERE ${deviceTokens}.id = g.device_id AND invalidated_at IS NULL AND registered_at <= g.seen_at`,
  );

// Subqueries of statements on `dispatches`. Counts are always made from the deliveries, so repeats, overlaps and late reports
// cannot make them wrong.

const count = (condition: SQL): SQL =>
  sql`(SELECT count(*) FROM ${deliveries} x WHERE x.dispatch_id = ${dispatches}.id AND ${condition})`;

/** Devices that have accepted. */
export const acceptedCount = count(sql`x.status = 'accepted'`);

/**
 * Devices that were not reached. A delivery that may be tried again has not failed yet.
 * @param isOpen whether the dispatch goes back to its queue
 */
export const failedCount = (isOpen: SQL): SQL =>
  count(sql`(x.status = 'failed' OR (x.status = 'retry' AND NOT ${isOpen}))`);

/** For a dispatch whose status stays as it is. A cancelled dispatch has not made all of its attempts. */
export const isOpen: SQL = sql`(${dispatches}.status IN ('queued', 'sending', 'cancelled'))`;
