import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import type { Statement } from "../../db/statement.ts";
import { builder } from "../../db/builder.ts";
import { deliveries, dispatches, jobProgress } from "../../db/schema/index.ts";
import {
  acceptedCount,
  type DeadToken,
  failedCount,
  invalidateTokens,
  isOpen,
} from "../../delivery/settle.ts";
import { RECEIPT_AFTER_MS, RECEIPTS, receiptsReadUpTo } from "../../delivery/receipt-due.ts";
import { follow } from "../../delivery/fallback.ts";
import { appended, type TimelineEntry } from "../../outbox/timeline.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import { DAY, MINUTE } from "../../lib/clock.ts";
import { chunks } from "../../lib/chunks.ts";
import { firstIdAt } from "../../lib/ids.ts";
import type { PushProvider, Receipt } from "./provider.ts";

/** Tickets in one call (Expo takes 1,000 ids), and deliveries of each kind that a portion reads. */
const TICKETS_PER_CALL = 1_000;
const PORTIONS_PER_TICK = 5;

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
  /** 0: it was found by reading, and nothing need be written where nothing was wrong. */
  receipt_due_at: number;
}

/** What is due, and how far the deliveries have been read with it; null where none had to be. */
interface Found {
  due: Due[];
  readUpTo: string | null;
  isLast: boolean;
}

/**
 * Fetches the receipts that are due, and corrects what they disprove: it counts the deliveries again, invalidates dead
 * tokens, and fails a dispatch that reached no device, so that its fallback follows. Two round trips a call.
 * @returns how many receipts were looked up
 */
export async function fetchReceipts(ctx: Ctx, providers: readonly PushProvider[]): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const { due, readUpTo, isLast } = await readDue(ctx);
    const calls = [...Map.groupBy(due, ({ provider }) => provider)].flatMap(([name, own]) =>
      chunks(own, TICKETS_PER_CALL).map((tickets) => ({ name, tickets })),
    );
    // Where one is lost, those before it are asked for again: so the last one notes how far they are read.
    for (const [i, { name, tickets }] of calls.entries()) {
      const provider = providers.find((candidate) => candidate.name === name);
      await lookUp(ctx, provider, tickets, i === calls.length - 1 ? readUpTo : null);
    }
    if (calls.length === 0 && readUpTo !== null) await ctx.db.write({ progress: noteProgress(readUpTo) });
    return { done: due.length, isLast };
  });
  return done;
}

/**
 * Reads what is due: of the deliveries of dispatches that are a quarter of an hour old, in the order of their ids, each once;
 * and by its date what came later than that, or had no receipt yet. It claims nothing: that would cost written rows. Two ticks
 * at once may ask for the same receipt, and then write the same. One round trip.
 */
async function readDue(ctx: Ctx): Promise<Found> {
  const now = ctx.clock.now();
  const horizon = firstIdAt(now - RECEIPT_AFTER_MS + 1);
  const columns = sql.raw("dispatch_id, device_id, provider, ticket_id, accepted_at, receipt_due_at");
  const { passed, dated } = await ctx.db.read({
    passed: sql<Due & { receipt_due_at: number | null }>`SELECT ${columns} FROM ${deliveries}
      WHERE dispatch_id > coalesce(${receiptsReadUpTo}, ${firstIdAt(now - KEPT_MS)}) AND dispatch_id < ${horizon}
      ORDER BY dispatch_id LIMIT ${TICKETS_PER_CALL}`,
    dated: sql<Due>`SELECT ${columns} FROM ${deliveries}
      WHERE receipt_due_at > 0 AND receipt_due_at <= ${now} ORDER BY receipt_due_at LIMIT ${TICKETS_PER_CALL}`,
  });
  // The last dispatch of a full portion may have more devices. (No user has a thousand.)
  const last = passed.length < TICKETS_PER_CALL ? undefined : passed.at(-1)?.dispatch_id;
  const whole = passed.filter(({ dispatch_id }) => dispatch_id !== last);
  return {
    due: [...dated, ...whole.filter((one): one is Due => one.receipt_due_at === 0)],
    readUpTo:
      last === undefined ? (passed.length === 0 ? null : horizon) : (whole.at(-1)?.dispatch_id ?? last),
    isLast: dated.length < TICKETS_PER_CALL && last === undefined,
  };
}

/** It never goes back: a tick may be behind another. */
const noteProgress = (readUpTo: string): Statement =>
  builder
    .insert(jobProgress)
    .values({ job: RECEIPTS, up_to: readUpTo })
    .onConflictDoUpdate({
      target: jobProgress.job,
      set: { up_to: sql`max(up_to, excluded.up_to)` },
    });

/** @param readUpTo noted in the same write; null: nothing is noted */
async function lookUp(
  ctx: Ctx,
  provider: PushProvider | undefined,
  due: readonly Due[],
  readUpTo: string | null,
): Promise<void> {
  const now = ctx.clock.now();
  const report = (await provider?.receipts?.(due.map((delivery) => delivery.ticket_id))) ?? {
    kind: "ok",
    receipts: new Map<string, Receipt>(),
  };
  if (report.kind === "error") ctx.log.warn("receipts_failed", { code: report.code, tickets: due.length });
  const receipts = report.kind === "ok" ? report.receipts : new Map<string, Receipt>();
  const receiptOf = (delivery: Due) => receipts.get(delivery.ticket_id);
  // What was found by reading is read no more, so that where nothing was wrong it stays as it is.
  const isRead = (delivery: Due) =>
    delivery.receipt_due_at === 0 && (receiptOf(delivery)?.kind ?? "ok") === "ok";
  const isOver = (delivery: Due) =>
    receiptOf(delivery) !== undefined || delivery.accepted_at + KEPT_MS <= now;
  const over = due.filter((delivery) => isOver(delivery) && !isRead(delivery));
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
    progress: readUpTo === null ? [] : [noteProgress(readUpTo)],
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
