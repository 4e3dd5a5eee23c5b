import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import type { DispatchRow } from "../db/schema/index.ts";
import { type Computed, insertDispatches, insertOccasions, ORG_OF_USER, TELLS } from "./create.ts";
import { queuedAmong, type ToWake, wake } from "./wake.ts";

/** Statements that insert those of these dispatches that an occasion points to, with their users' organizations. */
export const insertTelling = (rows: readonly DispatchRow[], computed: Computed = {}): Statement[] =>
  insertDispatches(rows, TELLS, { org_id: ORG_OF_USER, ...computed });

/** A message of a job, and the occasions that it tells. */
export interface Telling {
  row: DispatchRow;
  keys: readonly string[];
}

/**
 * Queues those messages that are the first to tell any of their occasions, in one batch with `more`. One round trip.
 * @returns how many there were
 */
export async function queueTelling(
  ctx: Ctx,
  messages: readonly Telling[],
  more: readonly Statement[],
): Promise<number> {
  const rows = messages.map(({ row }) => row);
  const points = messages.flatMap(({ row, keys }) => keys.map((key) => ({ key, dispatch_id: row.id })));
  const results = await ctx.db.write([
    ...insertOccasions(points),
    ...insertDispatches(rows, TELLS),
    ...more,
    queuedAmong(rows.map((row) => row.id)),
  ]);
  const queued = results.at(-1) as ToWake[];
  await wake(ctx, queued);
  return queued.length;
}
