import { sql } from "drizzle-orm";
import { audit, type AuditEntry } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { certifications, type Dispatch, dispatches, idempotencyKeys, users } from "../db/schema/index.ts";
import { inScope, type Scope } from "../directory/scope.ts";
import { dispatchRow, insertDispatches, insertOccasions } from "../dispatch/create.ts";
import { reminderKey } from "../dispatch/occasion-keys.ts";
import { wake } from "../dispatch/wake.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  type StoredKey,
  takeKey,
} from "../idempotency/keys.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { emailBudget } from "../rate-limit/budgets.ts";
import { giveBack } from "../rate-limit/give-back.ts";
import { reserveOrRefuse } from "../rate-limit/headers.ts";
import { type Certificate, reminderOf } from "./content.ts";

/** Certificates of one user that a reminder looks at: those nearest to their expiry. */
const MAX_CERTIFICATES = 200;

export type Author = Pick<AuditEntry, "actor" | "requestId">;

/**
 * Queues one e-mail that lists a user's certificates, expired ones included. Two round trips.
 * @throws 404 for a user outside the scope, 409 `no_certification`, 429 over the user's budget
 */
export async function remindUser(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  userId: string,
): Promise<{ dispatch: Dispatch; replayed: boolean }> {
  const [found = [], owned = [], stored = [], earlier = []] = await ctx.db.read([
    sql`SELECT id, org_id FROM ${users} WHERE id = ${userId}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
    sql`SELECT id, name, expires_at FROM ${certifications} WHERE user_id = ${userId}
      ORDER BY abs(expires_at - ${ctx.clock.now()}) LIMIT ${MAX_CERTIFICATES}`,
    ...(key ? [findKey(key), keyedDispatch(key)] : []),
  ]);
  if (replayOf(key, stored[0] as StoredKey | undefined) !== null) return replayed(earlier);
  const user = found[0] as { id: string; org_id: string | null } | undefined;
  if (user === undefined) throw notFound("user");
  const certificates = owned as Certificate[];
  if (certificates.length === 0)
    throw new Failure("conflict", "The user has no certification.", { code: "no_certification" });

  const row = dispatchRow(ctx, {
    channel: "email",
    lane: "email",
    type: "certification_reminder",
    userId,
    orgId: user.org_id,
    payload: reminderOf(certificates, ctx.clock.now()),
    slotTaken: true,
  }) as Dispatch;
  const budget = emailBudget(ctx);
  await reserveOrRefuse(ctx.limiters(userId), budget, row.id);
  const winner = await insert(ctx, author, key, row, certificates).catch(async (error: unknown) => {
    await giveBack(ctx, userId, budget, row.id);
    throw error;
  });
  if (winner.id !== row.id) {
    await giveBack(ctx, userId, budget, row.id);
    return { dispatch: winner, replayed: true };
  }
  await wake(ctx, [{ id: row.id, channel: "email", lane: "email", at: row.due_at }]);
  return { dispatch: row, replayed: false };
}

/** Inserts the dispatch, unless a request with the same key came first. Returns the one that counts. */
async function insert(
  ctx: Ctx,
  author: Author,
  key: IdempotencyKey | null,
  row: Dispatch,
  certificates: readonly Certificate[],
): Promise<Dispatch> {
  const mine = keyTaken(key, row.id);
  const told = certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id }));
  const results = await ctx.db.write([
    ...(key ? [takeKey(key, row.id)] : []),
    ...insertDispatches([row], mine),
    ...insertOccasions(told, mine),
    audit({ id: ctx.ids.uuid(), action: "reminder.send", target: row.id, ...author }, mine),
    ...(key ? [findKey(key), keyedDispatch(key)] : []),
  ]);
  const winner = key ? replayOf(key, results.at(-2)?.[0] as StoredKey | undefined) : row.id;
  return winner === row.id || winner === null ? row : replayed(results.at(-1) ?? []).dispatch;
}

const keyedDispatch = (key: IdempotencyKey) =>
  sql`SELECT * FROM ${dispatches} WHERE id = (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key})`;

function replayed([dispatch]: unknown[]): { dispatch: Dispatch; replayed: boolean } {
  if (dispatch === undefined)
    throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
  return { dispatch: dispatch as Dispatch, replayed: true };
}
