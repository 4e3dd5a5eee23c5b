import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import type { Statement } from "../../db/statement.ts";
import { deliveries, dispatches } from "../../db/schema/index.ts";
import {
  acceptedCount,
  type DeadToken,
  failedCount,
  invalidateTokens,
  isOpen,
} from "../../delivery/settle.ts";
import { follow } from "../../delivery/fallback.ts";
import { appended, type TimelineEntry } from "../../outbox/timeline.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import { DAY, MINUTE } from "../../lib/clock.ts";
import type { PushProvider, Receipt } from "./provider.ts";

/** Tickets in one call, and calls in one tick (Expo takes 1,000 ids a call). */
const TICKETS_PER_CALL = 1_000;
const CALLS_PER_TICK = 5;

/** A receipt that is not there yet, or whose provider did not answer, is asked for again after so long. */
const ASK_AGAIN_MS = 15 * MINUTE;

/** Expo keeps receipts for a day. */
const KEPT_MS = DAY;

interface Due {
  dispatch_id: string;
  device_id: number;
  provider: string;
  ticket_id: string;
  accepted_at: number;
}

/**
 * Fetches the receipts that are due, and corrects what they disprove: it counts the deliveries again, invalidates dead
 * tokens, and fails a dispatch that reached no device, so that its fallback follows. Two round trips a call.
 * @returns how many receipts were looked up
 */
export async function fetchReceipts(ctx: Ctx, providers: readonly PushProvider[]): Promise<number> {
  const { done } = await inPortions(ctx.db, CALLS_PER_TICK, async () => {
    const due = await readDue(ctx);
    for (const [name, own] of Map.groupBy(due, (delivery) => delivery.provider)) {
      const provider = providers.find((candidate) => candidate.name === name);
      await lookUp(ctx, provider, own);
    }
    return { done: due.length, isLast: due.length < TICKETS_PER_CALL };
  });
  return done;
}

/**
 * Reads what is due, the oldest first. It claims nothing: that would cost two written rows a delivery. Two ticks at once may
 * ask for the same receipt, and then write the same.
 */
async function readDue(ctx: Ctx): Promise<Due[]> {
  const { due } = await ctx.db.read({
    due: sql<Due>`SELECT dispatch_id, device_id, provider, ticket_id, accepted_at FROM ${deliveries}
      WHERE receipt_due_at <= ${ctx.clock.now()} ORDER BY receipt_due_at LIMIT ${TICKETS_PER_CALL}`,
  });
  return due;
}

async function lookUp(ctx: Ctx, provider: PushProvider | undefined, due: readonly Due[]): Promise<void> {
  const now = ctx.clock.now();
  const report = (await provider?.receipts?.(due.map((delivery) => delivery.ticket_id))) ?? {
    kind: "ok",
    receipts: new Map<string, Receipt>(),
  };
  if (report.kind === "error") ctx.log.warn("receipts_failed", { code: report.code, tickets: due.length });
  const receipts = report.kind === "ok" ? report.receipts : new Map<string, Receipt>();
  const receiptOf = (delivery: Due) => receipts.get(delivery.ticket_id);
  const isOver = (delivery: Due) =>
    receiptOf(delivery) !== undefined || delivery.accepted_at + KEPT_MS <= now;
  const over = due.filter(isOver);
  const missing = due.filter((delivery) => !isOver(delivery));
  const bad = due.flatMap((delivery) => {
    const receipt = receiptOf(delivery);
    return receipt === undefined || receipt.kind === "ok" ? [] : [{ ...delivery, receipt }];
  });
  const affected = [...new Set(bad.map((delivery) => delivery.dispatch_id))];
  const followers = follow(ctx, affected);
  const { toWake } = await ctx.db.write({
    close: over.length > 0 ? [closeReceipts(over, bad)] : [],
    putOff: missing.length > 0 ? [putOff(missing, now + ASK_AGAIN_MS)] : [],
    correct: bad.length > 0 ? [...invalidateTokens(ctx, deadTokens(bad)), recount(ctx, bad)] : [],
    followers: followers.statements,
    toWake: queuedAmong(followers.ids),
  });
  await wake(ctx, toWake);
}

type Bad = Due & { receipt: Exclude<Receipt, { kind: "ok" }> };

function closeReceipts(over: readonly Due[], bad: readonly Bad[]): Statement {
  const codes = new Map(bad.map((delivery) => [delivery.ticket_id, delivery.receipt.code]));
  const rows = over.map(({ dispatch_id, device_id, ticket_id }) => ({
    dispatch_id,
    device_id,
    ticket_id,
    error: codes.get(ticket_id) ?? null,
  }));
  return sql`UPDATE ${deliveries} SET receipt_due_at = NULL,
      status = iif(r.error IS NULL, ${deliveries}.status, 'failed'), error = r.error
    FROM (SELECT value->>'dispatch_id' AS dispatch_id, value->>'device_id' AS device_id,
        value->>'ticket_id' AS ticket_id, value->>'error' AS error FROM json_each(${JSON.stringify(rows)})) AS r
    WHERE ${deliveries}.dispatch_id = r.dispatch_id AND ${deliveries}.device_id = r.device_id
      AND ${deliveries}.ticket_id = r.ticket_id`;
}

/** Reschedules what has no receipt yet, unless another tick has closed it meanwhile. */
const putOff = (missing: readonly Due[], until: number): Statement =>
  sql`UPDATE ${deliveries} SET receipt_due_at = ${until}
    WHERE (dispatch_id, device_id) IN (SELECT value->>'dispatch_id', value->>'device_id'
      FROM json_each(${JSON.stringify(missing)})) AND receipt_due_at IS NOT NULL`;

const deadTokens = (bad: readonly Bad[]): DeadToken[] =>
  bad.flatMap(({ device_id, accepted_at, receipt }) =>
    receipt.kind === "gone" ? [{ device_id, seen_at: accepted_at, reason: receipt.code }] : [],
  );

function recount(ctx: Ctx, bad: readonly Bad[]): Statement {
  const now = ctx.clock.now();
  const rows = [...Map.groupBy(bad, ({ dispatch_id }) => dispatch_id)].map(([id, own]) => ({
    id,
    entry: {
      did: "receipt",
      at: now,
      devices: own.length,
      code: own[0]?.receipt.code ?? "",
    } satisfies TimelineEntry,
  }));
  const dead = sql`(status = 'sent' AND ${acceptedCount} = 0)`;
  return sql`UPDATE ${dispatches} SET
      delivered_count = ${acceptedCount}, failed_count = ${failedCount(isOpen)},
      status = iif(${dead}, 'failed', status),
      error_code = iif(${dead}, 'undelivered', error_code),
      error = iif(${dead}, 'No device could be reached', error),
      updated_at = ${now}, timeline = ${appended(sql`r.entry`)}
    FROM (SELECT value->>'id' AS id, value->>'entry' AS entry FROM json_each(${JSON.stringify(rows)})) AS r
    WHERE ${dispatches}.id = r.id`;
}
