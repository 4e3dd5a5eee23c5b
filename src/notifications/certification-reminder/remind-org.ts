import { sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { hasRoom } from "../../db/client.ts";
import type { Statement } from "../../db/statement.ts";
import { auditLog, orgs } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";
import {
  findKey,
  type IdempotencyKey,
  replayOf,
  resourceOf,
  type StoredKey,
  takeKey,
} from "../../idempotency/keys.ts";
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

/** How many users a bulk is about: `eligible = dispatched + failed + skipped`. */
type Counts = Record<"eligible" | "dispatched" | "failed" | "skipped", number>;

/** How a bulk went. */
export interface BulkResult extends Counts {
  batchId: string;
  /** Epoch ms. */
  at: number;
  replayed: boolean;
}

/**
 * Reminds every user of an organization whose certificate expires within some days: one message a user, listing the
 * certificates. Two round trips for each 5,000 users, and two more. Interrupted and called again it goes on where it was,
 * since whoever was reminded already is skipped; so is whoever a call at the same time reminds.
 * @throws 404 for an organization outside the scope; 503 when there are more users than one invocation can deal with
 */
export async function remindOrg(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  request: BulkRequest,
): Promise<BulkResult> {
  const [org = [], ...before] = await ctx.db.readList([
    sql`SELECT 1 FROM ${orgs} WHERE id = ${request.orgId} AND ${inScope(scope, { userId: sql`NULL`, orgId: orgs.id })}`,
    ...earlierRun(key),
  ]);
  if (org.length === 0) throw notFound("organization");
  const earlier = replay(key, before);
  if (earlier !== null) return earlier;

  const batchId = ctx.ids.uuid();
  const counts: Counts = { eligible: 0, dispatched: 0, failed: 0, skipped: 0 };
  const entry = () =>
    audit({ id: batchId, action: "reminder.bulk", target: request.orgId, detail: counts, ...author });
  let after: Candidate | null = null;
  for (;;) {
    if (!hasRoom(ctx.db)) throw unfinished();
    const portion: Candidate[] = await readPortion(ctx, request, after);
    const rows = portionRows(ctx, batchId, senderOf(scope), portion);
    counts.eligible += portion.length;
    counts.dispatched += rows.queued.length;
    counts.failed += rows.failed.length;
    counts.skipped += portion.length - rows.queued.length - rows.failed.length;
    const isLast = portion.length < PORTION;
    const results = await ctx.db.writeList([
      // The key comes with the last portion: until then a repeat has something left to do.
      ...(isLast && key ? [takeKey(key, batchId), ...earlierRun(key)] : []),
      ...writePortion(ctx, rows),
      // With each portion, so that an interrupted call has its entry, too.
      entry(),
      queuedAmong(rows.queued.map((row) => row.id)),
    ]);
    const toWake = (results.at(-1) ?? []) as ToWake[];
    await wake(ctx, toWake);
    const overtaken = rows.queued.length - toWake.length;
    counts.dispatched -= overtaken;
    counts.skipped += overtaken;
    if (isLast) {
      if (overtaken > 0) await ctx.db.writeList([entry()]);
      const winner = replay(key, results.slice(1), batchId);
      return winner ?? { batchId, ...counts, at: timeOfId(batchId), replayed: false };
    }
    after = portion.at(-1) ?? null;
  }
}

/** Whoever was reminded is skipped by a repeat, which thereby goes on; a key is taken only by the last portion. */
const unfinished = (): Failure =>
  new Failure("unavailable", "Many users are reminded, but not all yet. Send the request again.", {
    headers: { "retry-after": "1" },
  });

async function readPortion(ctx: Ctx, request: BulkRequest, after: Candidate | null): Promise<Candidate[]> {
  const [portion = []] = await ctx.db.readList([portionOf(request, ctx.clock.now(), after)]);
  return portion as Candidate[];
}

/** Reads what a request with the same key came to: two statements, none without a key. */
const earlierRun = (key: IdempotencyKey | null): Statement[] =>
  key === null ? [] : [findKey(key), sql`SELECT detail FROM ${auditLog} WHERE id = ${resourceOf(key)}`];

/** What `earlierRun` found; null when that is nothing, or `own`. */
function replay(
  key: IdempotencyKey | null,
  [stored = [], entry = []]: unknown[][],
  own: string | null = null,
): BulkResult | null {
  const batchId = replayOf(key, stored[0] as StoredKey | undefined);
  if (batchId === null || batchId === own) return null;
  const counts = JSON.parse((entry[0] as { detail: string }).detail) as Counts;
  return { batchId, ...counts, at: timeOfId(batchId), replayed: true };
}
