import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/client.ts";
import { type Channel, type Dispatch, dispatches, idempotencyKeys, users } from "../../db/schema/index.ts";
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
import { HOUR } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import type { Budget, Reservation } from "../../rate-limit/limiter.ts";
import { reserveOrRefuse } from "../../rate-limit/headers.ts";
import { idFromData, type PushContent } from "./content.ts";

export interface SendOne extends PushContent {
  send_at?: number | undefined;
  expires_at?: number | undefined;
  fallback?: Channel | undefined;
}

export interface SentOne {
  dispatch: Dispatch;
  /** Whether an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
  /** What the limiter said; null for a replay and for a send in the future. */
  reservation: Reservation | null;
}

export const pushBudget = (ctx: Ctx): Budget => ({
  name: "push",
  limit: ctx.config.push.limitPerHour,
  periodMs: HOUR,
});

/**
 * Takes a push for one user into the outbox and wakes the queue. Two round trips: user and key, then dispatch and key.
 * @throws 404 for a user outside the scope, 422 for a key used with another body, 429 over the user's budget
 */
export async function sendOne(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  input: SendOne,
): Promise<SentOne> {
  const [found = [], stored = [], earlier = []] = await ctx.db.read([
    findUser(scope, input.user_id),
    ...(key ? [findKey(key), findKeyed(key)] : []),
  ]);
  if (replayOf(key, stored[0] as StoredKey | undefined) !== null)
    return replay(earlier[0] as Dispatch | undefined);
  const user = found[0] as { id: string; org_id: string | null } | undefined;
  if (user === undefined) throw notFound("user");

  const now = ctx.clock.now();
  const row = dispatchRow(ctx, {
    channel: "push",
    lane: "push",
    type: "push",
    userId: user.id,
    orgId: user.org_id,
    title: input.title,
    body: input.body,
    data: input.data ?? null,
    scenarioId: input.scenario_id ?? idFromData(input.data, "scenario_id"),
    promptId: input.prompt_id ?? idFromData(input.data, "prompt_id"),
    sendAt: input.send_at ?? null,
    expiresAt: input.expires_at ?? null,
    fallback: input.fallback ?? null,
    slotTaken: (input.send_at ?? now) <= now,
  });
  // What is to go later takes its slot when it goes: the budget counts sends, not requests.
  const reservation =
    row.slot_at === null ? null : await reserveOrRefuse(ctx.limiters(user.id), pushBudget(ctx), row.id);
  const dispatch = row as Dispatch;
  const winner = await insert(ctx, key, dispatch).catch(async (error: unknown) => {
    if (reservation !== null) await giveBack(ctx, user.id, row.id);
    throw error;
  });
  if (winner.id !== dispatch.id) {
    if (reservation !== null) await giveBack(ctx, user.id, row.id);
    return { dispatch: winner, replayed: true, reservation: null };
  }
  if (dispatch.due_at - now <= 0 || dispatch.wake_at !== dispatch.due_at)
    await wake(ctx, [{ id: dispatch.id, channel: "push", lane: "push", at: dispatch.due_at }]);
  return { dispatch, replayed: false, reservation };
}

const findUser = (scope: Scope, id: string): Statement =>
  sql`SELECT id, org_id FROM ${users} WHERE id = ${id}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;

/** The dispatch that a key stands for. */
const findKeyed = (key: IdempotencyKey): Statement =>
  sql`SELECT * FROM ${dispatches} WHERE id = (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key})`;

function replay(dispatch: Dispatch | undefined): SentOne {
  if (dispatch === undefined)
    throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
  return { dispatch, replayed: true, reservation: null };
}

/** The slot of a dispatch that did not come into being. If this fails too, the user's budget is smaller by one. */
async function giveBack(ctx: Ctx, userId: string, dispatchId: string): Promise<void> {
  try {
    await ctx.limiters(userId).release(pushBudget(ctx), dispatchId);
  } catch (error) {
    ctx.log.error("limiter_failed", error);
  }
}

/** Inserts the dispatch, unless a request with the same key came first. Returns the one that counts. */
async function insert(ctx: Ctx, key: IdempotencyKey | null, row: Dispatch): Promise<Dispatch> {
  const statements = insertDispatches([row], keyTaken(key, row.id));
  if (key === null) {
    await ctx.db.write(statements);
    return row;
  }
  const results = await ctx.db.write([takeKey(key, row.id), ...statements, findKey(key), findKeyed(key)]);
  const winner = replayOf(key, results.at(-2)?.[0] as StoredKey | undefined);
  return winner === row.id || winner === null
    ? row
    : replay(results.at(-1)?.[0] as Dispatch | undefined).dispatch;
}
