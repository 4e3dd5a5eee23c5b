import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { dispatchRow, HAS_USER, insertDispatches } from "../../outbox/create.ts";
import { slotsFor } from "../../delivery/slots.ts";
import { toWakeOf, wake } from "../../outbox/wake.ts";
import type { IdempotencyKey } from "../../idempotency/keys.ts";
import { once, type Repeatable } from "../../idempotency/once.ts";
import { SECOND } from "../../lib/clock.ts";
import { inQuota } from "../../rate-limit/quota/admit.ts";
import { pushBudget } from "../../rate-limit/budgets.ts";
import { giveBack } from "../../rate-limit/give-back.ts";
import { idFromData, type PushContent, shownBy } from "./content.ts";

/**
 * One target's part: its dispatch, or why there is none. The user is unknown (or out of the caller's scope), or a repeat
 * finds no record: it has been deleted, or was not taken when the request came first. Or the user's budget is booked out,
 * and there may be room again at `retryAt` (epoch ms).
 */
export type TargetResult =
  | { user_id: string; dispatch: Dispatch }
  | { user_id: string; dispatch: null; missing: "unknown_user" | "no_record" }
  | { user_id: string; dispatch: null; missing: "rate_limited"; retryAt: number };

export interface SentBatch {
  batchId: string;
  results: TargetResult[];
  replayed: boolean;
}

/**
 * Takes a push for each target into the outbox with its slot, and wakes the bulk queue. Two round trips, whatever the
 * number, and a call to each user's limiter. Unknown users, and those who are booked out, get a result and stop no other.
 * @throws 429 for all of it when one of the organizations has too little left of its day
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
  const { rows, refused } = await takeIn(ctx, { batchId, senderOrgId: senderOf(scope) }, targets, orgs);
  let isUsed = false;
  try {
    const write = () =>
      request.write(batchId, (isMine) => insertDispatches(rows, sql`${isMine} AND ${HAS_USER}`));
    const { earlier: winner } = await inQuota(ctx, rows, write, ({ earlier }) => earlier === null);
    if (winner !== null) return replay(winner);
    isUsed = true;
  } finally {
    if (!isUsed) await giveBack(ctx, rows);
  }
  await wake(ctx, toWakeOf(rows));
  return { batchId, results: match(targets, rows, orgs, refused), replayed: false };
}

/** A target that there is no room for. */
interface Refused {
  user_id: string;
  retryAt: number;
}

/** A caller waits no longer than this for limiters: what they have not said by then, they are asked by the consumer. */
const LIMITERS_WITHIN_MS = SECOND;

/**
 * The rows of those targets whose user is known and has a slot within the horizon. One whose limiter does not answer (in
 * time) is taken without a slot, and never refused: the consumer asks, and puts off what is beyond the horizon.
 */
async function takeIn(
  ctx: Ctx,
  batch: { batchId: string; senderOrgId: string | null },
  targets: readonly PushContent[],
  orgs: ReadonlyMap<string, string | null>,
): Promise<{ rows: Dispatch[]; refused: Refused[] }> {
  const wanted = targets.flatMap((target) => {
    const orgId = orgs.get(target.user_id);
    return orgId === undefined ? [] : [{ id: ctx.ids.uuid(), user_id: target.user_id, orgId, target }];
  });
  const slots = await slotsFor(ctx, pushBudget(ctx), wanted, LIMITERS_WITHIN_MS);
  const rows: Dispatch[] = [];
  const refused: Refused[] = [];
  for (const { id, user_id, orgId, target } of wanted) {
    const slot = slots.get(id);
    if (slot?.at === null) {
      refused.push({ user_id, retryAt: slot.askAgainAt });
      continue;
    }
    const row = dispatchRow(
      ctx,
      {
        channel: "push",
        lane: "bulk",
        type: "push",
        userId: user_id,
        orgId,
        ...batch,
        ...shownBy(target),
        options: target.options,
        scenarioId: target.scenario_id ?? idFromData(target.data, "scenario_id"),
        promptId: target.prompt_id ?? idFromData(target.data, "prompt_id"),
        slotAt: slot?.at,
      },
      id,
    );
    rows.push(row as Dispatch);
  }
  return { rows, refused };
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

/**
 * Ids ascend in the order of the targets, so a user's dispatches are theirs in the same order; what there was no room for
 * comes after them.
 */
function match(
  targets: readonly PushContent[],
  rows: readonly Dispatch[],
  known: ReadonlyMap<string, unknown>,
  refused: readonly Refused[] = [],
): TargetResult[] {
  const byUser = Map.groupBy(rows, (row) => row.user_id);
  const refusedOf = Map.groupBy(refused, (target) => target.user_id);
  return targets.map(({ user_id }): TargetResult => {
    const dispatch = byUser.get(user_id)?.shift();
    if (dispatch !== undefined) return { user_id, dispatch };
    const full = refusedOf.get(user_id)?.shift();
    if (full !== undefined)
      return { user_id, dispatch: null, missing: "rate_limited", retryAt: full.retryAt };
    return { user_id, dispatch: null, missing: known.has(user_id) ? "no_record" : "unknown_user" };
  });
}
