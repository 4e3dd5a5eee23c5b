import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../directory/scope.ts";
import { dispatchRow, HAS_USER, insertDispatches } from "../../dispatch/create.ts";
import { wake } from "../../dispatch/wake.ts";
import type { IdempotencyKey } from "../../idempotency/keys.ts";
import { once, type Repeatable } from "../../idempotency/once.ts";
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
  const request = once(ctx, key, BATCH);
  const { found, earlier } = await request.read([
    sql`SELECT id, org_id FROM ${users} WHERE ${inJson(users.id, wanted)}
        AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
  ]);
  const [known = []] = found as { id: string; org_id: string | null }[][];
  const orgs = new Map(known.map((user) => [user.id, user.org_id]));
  const replay = ({ batchId, rows }: Earlier): SentBatch => ({
    batchId,
    results: match(targets, rows, orgs),
    replayed: true,
  });
  if (earlier !== null) return replay(earlier);

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
      senderOrgId: senderOf(scope),
      batchId,
      title: target.title,
      body: target.body,
      data: target.data ?? null,
      scenarioId: target.scenario_id ?? idFromData(target.data, "scenario_id"),
      promptId: target.prompt_id ?? idFromData(target.data, "prompt_id"),
    });
    return [row as Dispatch];
  });
  const { earlier: winner } = await request.write(batchId, (isMine) =>
    insertDispatches(rows, sql`${isMine} AND ${HAS_USER}`),
  );
  if (winner !== null) return replay(winner);
  await wake(
    ctx,
    rows.map(({ id, due_at }) => ({ id, channel: "push", lane: "bulk", at: due_at })),
  );
  return { batchId, results: match(targets, rows, orgs), replayed: false };
}

/** A batch that an earlier request made. */
interface Earlier {
  batchId: string;
  rows: Dispatch[];
}

/** It may be empty: of unknown users, or deleted since. */
const BATCH: Repeatable<Earlier> = {
  find: (id) => sql`SELECT * FROM ${dispatches} WHERE batch_id = ${id} ORDER BY id`,
  replay: (rows, batchId) => ({ batchId, rows: rows as Dispatch[] }),
};

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
