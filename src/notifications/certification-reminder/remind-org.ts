import { sql } from "drizzle-orm";
import { z } from "zod";
import { audit, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import type { Rows } from "../../db/statement.ts";
import { auditLog, orgs } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import { findKey, type IdempotencyKey, replayOf, resourceOf, takeKey } from "../../idempotency/once.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { timeOfId } from "../../lib/ids.ts";
import {
  type BulkRequest,
  type Candidate,
  PORTION,
  portionOf,
  portionRows,
  writePortion,
} from "./org-portion.ts";

/** The numbers of users: `eligible = dispatched + failed + skipped`. */
const counts = z.object({
  eligible: z.number(),
  dispatched: z.number(),
  failed: z.number(),
  skipped: z.number(),
});
type Counts = z.output<typeof counts>;

/** The result of a bulk. */
export interface BulkResult extends Counts {
  batchId: string;
  /** Epoch ms. */
  at: number;
  replayed: boolean;
}

/**
 * Reminds all users of an organization whose certificates expire within some days: one message a user. Two round trips for
 * each 5,000 users, and two more. A repeat continues an interrupted call, because it skips users who have been reminded
 * already, also by a call at the same time.
 * @throws 404 for an organization outside the scope; 503 when there are more users than one invocation can handle
 */
export async function remindOrg(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  request: BulkRequest,
): Promise<BulkResult> {
  const { org, before } = await ctx.db.read({
    org: sql`SELECT 1 FROM ${orgs}
      WHERE id = ${request.orgId} AND ${inScope(scope, { userId: sql`NULL`, orgId: orgs.id })}`,
    before: findEarlier(key),
  });
  if (org.length === 0) throw notFound("organization");
  const earlier = replay(key, before);
  if (earlier !== null) return earlier;

  const batchId = ctx.ids.uuid();
  const sums: Counts = { eligible: 0, dispatched: 0, failed: 0, skipped: 0 };
  const entry = () =>
    audit({ id: batchId, action: "reminder.bulk", target: request.orgId, detail: sums, ...author });
  let after: Candidate | null = null;
  let winner: BulkResult | null = null;
  const { isFinished } = await inPortions(ctx.db, Number.POSITIVE_INFINITY, async () => {
    const { portion } = await ctx.db.read({ portion: portionOf(request, ctx.clock.now(), after) });
    const rows = portionRows(ctx, batchId, senderOf(scope), portion);
    sums.eligible += portion.length;
    sums.dispatched += rows.queued.length;
    sums.failed += rows.failed.length;
    sums.skipped += portion.length - rows.queued.length - rows.failed.length;
    const isLast = portion.length < PORTION;
    const { same, queued } = await ctx.db.write({
      // The key is taken with the last portion: until then a repeat still has work to do.
      key: isLast && key ? [takeKey(key, batchId)] : [],
      same: findEarlier(isLast ? key : null),
      portion: writePortion(ctx, rows),
      // Written with each portion, so that an interrupted call has an audit entry, too.
      entry: entry(),
      queued: queuedAmong(rows.queued.map((row) => row.id)),
    });
    await wake(ctx, queued);
    const overtaken = rows.queued.length - queued.length;
    sums.dispatched -= overtaken;
    sums.skipped += overtaken;
    if (isLast && overtaken > 0) await ctx.db.write({ entry: entry() });
    if (isLast) winner = replay(key, same, batchId);
    after = portion.at(-1) ?? null;
    return { done: portion.length, isLast };
  });
  if (!isFinished) throw unfinished();
  return winner ?? { batchId, ...sums, at: timeOfId(batchId), replayed: false };
}

const unfinished = (): Failure =>
  new Failure("unavailable", "Many users are reminded, but not all yet. Send the request again.", {
    headers: { "retry-after": "1" },
  });

/** Reads the result of an earlier request with the same key. No statement without a key. */
const findEarlier = (key: IdempotencyKey | null) => ({
  keys: key === null ? [] : [findKey(key)],
  entries:
    key === null
      ? []
      : [sql<{ detail: string }>`SELECT detail FROM ${auditLog} WHERE id = ${resourceOf(key)}`],
});

/** The result of the request that `findEarlier` found; null when there is none, or when it is the request `own`. */
function replay(
  key: IdempotencyKey | null,
  { keys: [stored], entries: [entry] }: Rows<ReturnType<typeof findEarlier>>,
  own: string | null = null,
): BulkResult | null {
  const batchId = replayOf(key, stored);
  if (batchId === null || batchId === own) return null;
  const detail: unknown = JSON.parse(entry?.detail ?? "null");
  return { batchId, ...counts.parse(detail), at: timeOfId(batchId), replayed: true };
}
