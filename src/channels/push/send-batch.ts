import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { type Dispatch, dispatches, idempotencyKeys, users } from "../../db/schema/index.ts";
import { inScope, type Scope } from "../../directory/scope.ts";
import { dispatchRow, insertDispatches } from "../../dispatch/create.ts";
import { wake } from "../../dispatch/wake.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  type StoredKey,
  takeKey,
} from "../../idempotency/keys.ts";
import { groupBy } from "../../lib/chunks.ts";
import { idFromData, type PushContent } from "./content.ts";

/**
 * One target's part: its dispatch, or why there is none. The user is unknown (or out of the caller's scope), or a repeat
 * finds no record: it has been deleted, or the user came later than the first request.
 */
export type TargetResult =
  | { user_id: string; dispatch: Dispatch }
  | { user_id: string; dispatch: null; missing: "unknown_user" | "no_record" };

export interface SentBatch {
  batchId: string;
  results: TargetResult[];
  replayed: boolean;
}

/**
 * Takes a push for each target into the outbox, and wakes the bulk queue. Two round trips, whatever the number.
 * Unknown users get a result and stop no other.
 */
export async function sendBatch(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  targets: readonly PushContent[],
): Promise<SentBatch> {
  const wanted = [...new Set(targets.map((target) => target.user_id))];
  const [found = [], stored = [], earlier = []] = await ctx.db.read([
    sql`SELECT id, org_id FROM ${users} WHERE ${inJson(users.id, wanted)}
        AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
    ...(key ? [findKey(key), findKeyedBatch(key)] : []),
  ]);
  const orgs = new Map(
    (found as { id: string; org_id: string | null }[]).map((user) => [user.id, user.org_id]),
  );
  const replayed = replayOf(key, stored[0] as StoredKey | undefined);
  if (replayed !== null)
    return { batchId: replayed, results: match(targets, earlier as Dispatch[], orgs), replayed: true };

  const batchId = ctx.ids.uuid();
  const rows = targets.flatMap((target) => {
    const orgId = orgs.get(target.user_id);
    if (orgId === undefined) return [];
    const row = dispatchRow(ctx, {
      channel: "push",
      lane: "bulk",
      type: "push",
      userId: target.user_id,
      orgId,
      batchId,
      title: target.title,
      body: target.body,
      data: target.data ?? null,
      scenarioId: target.scenario_id ?? idFromData(target.data, "scenario_id"),
      promptId: target.prompt_id ?? idFromData(target.data, "prompt_id"),
    });
    return [row as Dispatch];
  });
  const results = await ctx.db.write([
    ...(key ? [takeKey(key, batchId)] : []),
    ...insertDispatches(rows, keyTaken(key, batchId)),
    ...(key ? [findKey(key), findKeyedBatch(key)] : []),
  ]);
  const winner = replayOf(key, key ? (results.at(-2)?.[0] as StoredKey | undefined) : undefined);
  if (winner !== null && winner !== batchId) {
    const earlierRows = (results.at(-1) ?? []) as Dispatch[];
    return { batchId: winner, results: match(targets, earlierRows, orgs), replayed: true };
  }
  await wake(
    ctx,
    rows.map(({ id, due_at }) => ({ id, channel: "push", lane: "bulk", at: due_at })),
  );
  return { batchId, results: match(targets, rows, orgs), replayed: false };
}

const findKeyedBatch = (key: IdempotencyKey) =>
  sql`SELECT * FROM ${dispatches} WHERE batch_id =
      (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key}) ORDER BY id`;

/** Ids ascend in the order of the targets, so a user's dispatches are theirs in the same order. */
function match(
  targets: readonly PushContent[],
  rows: readonly Dispatch[],
  known: ReadonlyMap<string, unknown>,
): TargetResult[] {
  const byUser = groupBy(rows, (row) => row.user_id);
  return targets.map(({ user_id }) => {
    const dispatch = byUser.get(user_id)?.shift();
    return dispatch
      ? { user_id, dispatch }
      : { user_id, dispatch: null, missing: known.has(user_id) ? "no_record" : "unknown_user" };
  });
}
