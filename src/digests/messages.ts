import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { type DispatchRow, dispatches, occasions, users } from "../db/schema/index.ts";
import { insertDispatches, insertOccasions } from "../dispatch/create.ts";
import { queuedAmong, type ToWake, wake } from "../dispatch/wake.ts";
import { chunksByBytes } from "../lib/chunks.ts";

type Computed = NonNullable<Parameters<typeof insertRows<typeof dispatches>>[2]>["computed"];

/** Only a message that has something to tell: whoever came first has the occasions. */
const TELLS = sql`EXISTS (SELECT 1 FROM ${occasions} o WHERE o.dispatch_id = value->>'id')`;

/**
 * Statements that insert those of these dispatches that an occasion points to, with their users' organizations.
 * @param computed further columns, in terms of json_each's `value`
 */
export const insertTelling = (rows: readonly DispatchRow[], computed: Computed = {}): Statement[] =>
  chunksByBytes(rows, JSON_PARAMETER_BYTES).map((portion) =>
    insertRows(dispatches, portion, {
      where: TELLS,
      onConflict: sql`ON CONFLICT DO NOTHING`,
      computed: {
        org_id: sql`(SELECT u.org_id FROM ${users} u WHERE u.id = value->>'user_id')`,
        ...computed,
      },
    }),
  );

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
