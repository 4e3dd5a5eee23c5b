import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { inJsonParts } from "../db/json.ts";
import { type DispatchRow, dedupeKeys } from "../db/schema/index.ts";
import { type Computed, insertDispatches, insertDedupeKeys, ORG_OF_USER, HAS_DEDUPE_KEY } from "./create.ts";
import { queuedAmong, wake } from "./wake.ts";

/** Statements that insert those of these dispatches to which a dedupe key points, with their users' organizations. */
export const insertNotifying = (rows: readonly DispatchRow[], computed: Computed = {}): Statement[] =>
  insertDispatches(rows, HAS_DEDUPE_KEY, { org_id: ORG_OF_USER, ...computed });

/** A message of a job, and the dedupe keys of what it says. */
export interface NewNotification {
  row: DispatchRow;
  keys: readonly string[];
}

/** Which of these dedupe keys exist already. One round trip; none when there are no keys. */
export async function usedKeys(ctx: Ctx, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { used } = await ctx.db.read({
    used: inJsonParts(dedupeKeys.key, keys).map(
      (among) => sql<{ key: string }>`SELECT key FROM ${dedupeKeys} WHERE ${among}`,
    ),
  });
  return new Set(used.map(({ key }) => key));
}

/**
 * Queues those messages that are the first to use any of their dedupe keys, in one batch with `more`. One round trip.
 * @returns how many there were
 */
export async function enqueueNotifications(
  ctx: Ctx,
  messages: readonly NewNotification[],
  more: readonly Statement[],
): Promise<number> {
  const rows = messages.map(({ row }) => row);
  const points = messages.flatMap(({ row, keys }) => keys.map((key) => ({ key, dispatch_id: row.id })));
  const { queued } = await ctx.db.write({
    keys: insertDedupeKeys(points),
    messages: insertDispatches(rows, HAS_DEDUPE_KEY),
    more,
    queued: queuedAmong(rows.map((row) => row.id)),
  });
  await wake(ctx, queued);
  return queued.length;
}
