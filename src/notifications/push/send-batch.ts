import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { asRead, dispatchRow, type FreshDispatch, HAS_USER, insertDispatches } from "../../outbox/create.ts";
import { toWakeOf, wake } from "../../outbox/wake.ts";
import { type IdempotencyKey, once, type Repeatable } from "../../idempotency/once.ts";
import { reserveQuota } from "../../rate-limit/quota/quota.ts";
import { giveBack, pushBudget, Reserved, slotsFor } from "../../rate-limit/budgets.ts";
import type { Slot } from "../../rate-limit/limiter.ts";
import { idFromData, type PushContent, shownBy } from "./content.ts";
import { push } from "./type.ts";

/**
 * The result of one target: its dispatch, or why there is none. `unknown_user`: also one out of the caller's scope.
 * `no_record`: a repeat found none, since it was deleted or never written. `rate_limited`: the user's budget is booked out,
 * and there may be room at `retryAt` (epoch ms).
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
 * Writes a push for each target, with its slot, into the outbox and wakes the bulk queue. Two round trips, whatever the
 * number, and a call to each shard of limiters. Unknown users, and those whose budget is booked out, get a result and stop no
 * other.
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
  const { found, earlier } = await request.read({
    users: sql<User>`SELECT id, org_id FROM ${users} WHERE ${inJson(users.id, wanted)}
        AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
  });
  const orgs = new Map(found.users.map((user) => [user.id, user.org_id]));
  if (earlier !== null) return replayOf(earlier, targets, orgs);

  const batchId = ctx.ids.uuid();
  const candidates = candidatesOf(ctx, targets, orgs);
  const slots = await slotsFor(ctx, pushBudget(ctx), candidates);
  const { rows, refused } = rowsOf(ctx, { batchId, senderOrgId: senderOf(scope) }, candidates, slots);
  await using reserved = new Reserved(() => giveBack(ctx, rows));
  await using quota = await reserveQuota(ctx, rows);
  const isWanted = sql`${request.isMine(batchId)} AND ${HAS_USER}`;
  const { earlier: winner } = await request.write(batchId, { inserted: insertDispatches(rows, isWanted) });
  if (winner !== null) return replayOf(winner, targets, orgs);
  reserved.keep();
  quota.keep();
  await wake(ctx, toWakeOf(rows));
  return { batchId, results: match(targets, rows.map(asRead), orgs, refused), replayed: false };
}

type User = { id: string; org_id: string | null };

/** What an earlier request with the same key made, as its repeat is answered. */
const replayOf = (
  { batchId, rows }: Earlier,
  targets: readonly PushContent[],
  orgs: ReadonlyMap<string, string | null>,
): SentBatch => ({ batchId, results: match(targets, rows, orgs), replayed: true });

/** A target whose user is known, and the id that its dispatch will have. */
interface Candidate {
  id: string;
  user_id: string;
  orgId: string | null;
  target: PushContent;
}

const candidatesOf = (
  ctx: Ctx,
  targets: readonly PushContent[],
  orgs: ReadonlyMap<string, string | null>,
): Candidate[] =>
  targets.flatMap((target) => {
    const orgId = orgs.get(target.user_id);
    return orgId === undefined ? [] : [{ id: ctx.ids.uuid(), user_id: target.user_id, orgId, target }];
  });

/** A target without a slot. */
interface Refused {
  user_id: string;
  retryAt: number;
}

/**
 * The rows of the targets with a slot within the horizon. When a limiter did not answer, the row has no slot: the
 * consumer asks for it, and defers what is beyond the horizon.
 */
function rowsOf(
  ctx: Ctx,
  batch: { batchId: string; senderOrgId: string | null },
  candidates: readonly Candidate[],
  slots: ReadonlyMap<string, Slot>,
): { rows: FreshDispatch[]; refused: Refused[] } {
  const rows: FreshDispatch[] = [];
  const refused: Refused[] = [];
  for (const { id, user_id, orgId, target } of candidates) {
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
        type: push.id,
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
    rows.push(row);
  }
  return { rows, refused };
}

/** A batch that an earlier request made. */
interface Earlier {
  batchId: string;
  rows: Dispatch[];
}

/** A batch may be empty: its users were unknown, or its dispatches were deleted. */
const BATCH: Repeatable<Dispatch, Earlier> = {
  find: (id) => sql<Dispatch>`SELECT * FROM ${dispatches} WHERE batch_id = ${id} ORDER BY id`,
  replay: (rows, batchId) => ({ batchId, rows: [...rows] }),
};

/**
 * Matches dispatches to targets. Ids ascend in the order of the targets, so those of one user are in the right order; the
 * refused targets come after them.
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
